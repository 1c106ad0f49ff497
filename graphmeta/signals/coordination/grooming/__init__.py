"""Grooming: a few handlers reach newcomers of the same groups soon after these show there."""

from graphmeta.signals.coordination.grooming.layer import Grooming

__all__ = ["Grooming"]
