"""The other door in: planted worlds, whose truth detection never sees."""
