"""Benchmarks: each figure against its target. `python -m bench [NAME]`."""
