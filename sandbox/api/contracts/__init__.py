"""Contracts and everything in them, below `/contracts`."""
