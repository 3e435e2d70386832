from django.apps import AppConfig


class MappingsConfig(AppConfig):
    name = "extensions.mappings"
    label = "mappings"
    verbose_name = "Mappings"
