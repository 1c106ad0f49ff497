"""Which pages are there? One file each, listed here in the order of the navigation."""

from __future__ import annotations

from graphmeta.workbench.page import Page
from graphmeta.workbench.pages import (
    benchmark,
    case_export,
    cases,
    cluster,
    difference,
    privacy,
    queue,
    reviewers,
    runs,
    verdict,
)

PAGES: tuple[Page, ...] = (
    queue.PAGE,
    cluster.PAGE,
    verdict.PAGE,
    cases.PAGE,
    case_export.PAGE,
    runs.PAGE,
    difference.PAGE,
    reviewers.PAGE,
    benchmark.PAGE,
    privacy.PAGE,
)
