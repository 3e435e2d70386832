from django.apps import AppConfig


class InstallationsConfig(AppConfig):
    name = "extensions.installations"
    label = "installations"
    verbose_name = "Installations"
