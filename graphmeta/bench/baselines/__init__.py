"""What is simple enough to write in an afternoon: the least that a detector has to beat."""
