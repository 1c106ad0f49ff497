"""What the behaviour of a confirmed cluster looks like, for and against."""
