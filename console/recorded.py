"""What every admin class gets from our site: its changes stand in the record, and its views declare that they do."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.text import capfirst

from accounts.acting import Deed, audited, unaudited
from console.audit import actor_of


class Recorded:
    """Mixed in front of each admin class at registration.

    Django calls the `log_` methods inside the transaction of the change, so a change without its record cannot
    be committed. Names of changed fields are kept, values are not: they may be personal.
    """

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        _tell(request, "add", obj, {})
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        _tell(request, "change", obj, {"changed": message if isinstance(message, list) else str(message)})
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            _tell(request, "delete", obj, {})
        return super().log_deletions(request, queryset)  # type: ignore[misc]

    @unaudited("lists what is stored; its actions are recorded one by one")
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None, **kwargs: Any
    ) -> HttpResponseBase:
        title = capfirst(self.opts.verbose_name_plural)  # type: ignore[attr-defined]
        named = {"title": title, **(extra_context or {})}
        return super().changelist_view(request, named, **kwargs)  # type: ignore[misc,no-any-return]

    @audited("admin.add")
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().add_view(*args, **kwargs)  # type: ignore[misc,no-any-return]

    @audited("admin.change")
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().change_view(*args, **kwargs)  # type: ignore[misc,no-any-return]

    @audited("admin.delete")
    def delete_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().delete_view(*args, **kwargs)  # type: ignore[misc,no-any-return]

    @unaudited("shows the admin's own log of one row")
    def history_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().history_view(*args, **kwargs)  # type: ignore[misc,no-any-return]


def recorded(admin_class: type[ModelAdmin]) -> type[ModelAdmin]:  # type: ignore[type-arg]
    """The admin class with `Recorded` in front of it."""
    if issubclass(admin_class, Recorded):
        return admin_class
    return type(admin_class.__name__, (Recorded, admin_class), {"__module__": admin_class.__module__})


def _tell(request: HttpRequest, what: str, obj: Model, details: dict[str, Any]) -> None:
    Deed(actor_of(request), f"{obj._meta.model_name}.{what}", obj, details=details).tell()
