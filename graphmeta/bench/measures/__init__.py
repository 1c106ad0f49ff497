"""What is measured, one question a file; every definition stands in ``docs/benchmark.md``."""
