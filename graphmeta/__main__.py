"""Run the command line with ``python -m graphmeta``."""

from __future__ import annotations

import sys

from graphmeta.cli import main

if __name__ == "__main__":
    sys.exit(main())
