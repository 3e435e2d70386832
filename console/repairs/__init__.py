"""Repairs of customers' accounts as staff plan, approve, run and undo them."""
