"""Layers between accounts, and what accounts and clusters do."""
