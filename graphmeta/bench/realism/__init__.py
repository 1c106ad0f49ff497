"""How close is ordinary life in synthetic worlds to real messaging?"""

from graphmeta.bench.realism.compare import as_json, compare
from graphmeta.bench.realism.log import real_events
from graphmeta.bench.realism.page import write_page

__all__ = ["as_json", "compare", "real_events", "write_page"]
