"""The queue as a list: what it holds, what of it is asked for, and in which order."""
