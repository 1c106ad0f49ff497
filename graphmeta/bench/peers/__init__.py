"""Published methods that one can install, each in a file of its own, each at its best.

What each is, how contacts are laid before it, how it was tuned and what it scores stands in
``docs/peers.md``. Their packages come with the extra ``bench``, and are imported when a peer runs.
"""

from __future__ import annotations

from graphmeta.bench.detector import Detector
from graphmeta.bench.peers import bipartite_model, coordinationz, cosine, toolkit
from graphmeta.bench.peers.fraudar import Fraudar
from graphmeta.bench.peers.outliers import Outliers

__all__ = ["PEERS"]

#: All peers, in the order of tables. A new one is a file and a line here.
PEERS: tuple[Detector, ...] = (
    Fraudar(),
    toolkit.co_retweet(),
    toolkit.co_post(),
    bipartite_model.targets(),
    bipartite_model.moments(),
    cosine.targets(),
    cosine.moments(),
    coordinationz.targets(),
    coordinationz.moments(),
    Outliers(),
)
