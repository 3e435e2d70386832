"""Incidents as staff see them: the list, one with those affected, and both as files."""
