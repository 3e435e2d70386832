"""`python -m sandbox spec-diff FILE`: where Oneflow's own OpenAPI document and the sandbox's differ."""
