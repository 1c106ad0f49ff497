"""Layers: graphs whose edges say that two accounts acted alike."""
