"""Behaviour: what a group of accounts does, whether or not it is coordinated."""
