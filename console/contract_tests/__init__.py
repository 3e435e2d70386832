"""Test contracts: made in an account, read back, compared and deleted, each step shown."""
