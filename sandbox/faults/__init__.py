"""Faults: the Oneflow-side conditions of `health-codes.md`, brought about by changing rows and undone to the letter."""
