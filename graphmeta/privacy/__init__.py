"""Guarded reading, pseudonyms, keys and the audit chain."""
