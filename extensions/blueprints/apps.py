from django.apps import AppConfig


class BlueprintsConfig(AppConfig):
    name = "extensions.blueprints"
    label = "blueprints"
    verbose_name = "Extensions and blueprints"
