"""How the property tests of this room run."""

from hypothesis import HealthCheck, settings

# The machine may be busy with other tests: how long an example takes says nothing about a transform.
settings.register_profile("mappings", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mappings")
