"""The public report: what was found, judged, appealed, asked for and deleted, in numbers."""
