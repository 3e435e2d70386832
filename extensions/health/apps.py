from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "extensions.health"
    label = "health"
    verbose_name = "Health"

    def ready(self) -> None:
        from extensions.health import flips  # needs the app registry
        from extensions.health.notifying import noting

        flips.listen()
        noting.listen()
