"""Where frames are computed. Knows frames and functions, never what they mean."""
