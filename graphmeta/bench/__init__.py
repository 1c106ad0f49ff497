"""How good is a detector? Worlds with planted campaigns and look-alikes, and what to measure."""
