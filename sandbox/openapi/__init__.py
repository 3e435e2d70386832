"""The sandbox's own OpenAPI document, as data: one module for each object of the API reference (section 6).

To describe a new route: add its `Operation` and the schemas that it needs to the module of its object, and a new module
to `MODULES` in `sandbox/openapi/document.py`. The document is put together along the routes, so a route without a
description, and a description without a route, is an error that names it. Nothing in here imports Django.
"""
