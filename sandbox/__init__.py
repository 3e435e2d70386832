"""A local Oneflow: what `docs/sandbox.md` describes, as a Django project, process and database of its own.

It imports nothing of the console, and the console reaches it over HTTP only, exactly as it reaches Oneflow.
"""
