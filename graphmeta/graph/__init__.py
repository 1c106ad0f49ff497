"""Contacts, openings, acquaintances, circles and stranger contacts."""
