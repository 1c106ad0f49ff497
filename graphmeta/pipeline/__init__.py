"""Events to run, in one screen: the one place where everything meets."""

from graphmeta.pipeline.analyze import analyze
from graphmeta.pipeline.settings import Settings

__all__ = ["Settings", "analyze"]
