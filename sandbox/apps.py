"""The sandbox as a Django app: what listens to what."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "sandbox"

    def ready(self) -> None:
        # Only now, since models can be imported after Django knows the apps.
        from sandbox.contracts.events import recorded
        from sandbox.delivery.choosing import store

        recorded.connect(store, dispatch_uid="webhooks")
