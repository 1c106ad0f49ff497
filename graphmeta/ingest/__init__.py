"""The door for real events: files and frames in, a pseudonymised store out."""

from graphmeta.ingest.build import ingest
from graphmeta.ingest.checking import CheckReport, check
from graphmeta.ingest.mapping import load_mapping, save_mapping
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.store import Store

__all__ = [
    "CheckReport",
    "Reading",
    "Store",
    "check",
    "ingest",
    "load_mapping",
    "save_mapping",
]
