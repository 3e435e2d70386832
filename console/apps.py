"""The console's own app, and Django's admin with our site in place of the default one."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class ConsoleAdminConfig(AdminConfig):
    default_site = "console.site.ConsoleSite"


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = "Console"

    def ready(self) -> None:
        from console import (  # noqa: F401  (they need the app registry)
            audit,
            installation_list,
            issues,
            roles,
            signing_in,
            system_checks,
        )

        audit.listen()
        signing_in.listen()
        post_migrate.connect(roles.sync, sender=self)
