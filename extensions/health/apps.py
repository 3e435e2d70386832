from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "extensions.health"
    label = "health"
    verbose_name = "Health"
