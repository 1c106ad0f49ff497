"""The door for real events: files and frames in, a pseudonymised store out."""

from graphmeta.ingest.build import ingest
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.store import Store

__all__ = ["Reading", "Store", "ingest"]
