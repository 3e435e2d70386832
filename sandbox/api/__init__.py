"""The API below `/v1`: a door that checks in Oneflow's order, a table of routes, and one module for each object."""
