"""What people concluded about clusters: verdicts, notes, pins and cases, and who did what.

The store is a database apart from the runs, so that a run may be copied, and purged, without a
verdict being lost or told twice. SQLAlchemy is imported by what works with the store alone:
commands that need none stay quick.
"""
