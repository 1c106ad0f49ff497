"""What may come in, and what a run leaves behind."""
