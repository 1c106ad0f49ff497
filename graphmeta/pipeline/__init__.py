"""Events to run, in one screen: the one place where everything meets."""

from graphmeta.pipeline.analyze import Settings, analyze

__all__ = ["Settings", "analyze"]
