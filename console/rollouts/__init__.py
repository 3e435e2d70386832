"""Releasing a version of the blueprint: what it would do to every account, and moving accounts to it in waves."""
