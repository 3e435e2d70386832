"""Repairs of many accounts at once, as staff make, approve, watch and undo them."""
