"""The door for real events: files and frames in, a pseudonymised store out."""
