"""What a user may, read with the user; Django asks for the user's own permissions and for the groups' by themselves."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import CharField, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat


class Joined(Func):
    """The texts of all rows of a subquery, with spaces between them."""

    function = "STRING_AGG"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


class OneStatement(ModelBackend):
    """Django's own backend. Every page pays for what it asks, so it asks once: for the user and what the user may."""

    def get_user(self, user_id: int) -> Any:
        name = Concat("content_type__app_label", Value("."), "codename")
        held = Permission.objects.order_by().filter(Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk")))
        names = held.annotate(names=Joined(name, Value(" "))).values("names")
        user = get_user_model()._default_manager.annotate(held=Subquery(names)).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:
            user._perm_cache = set((user.held or "").split())
        return user

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """ "app.codename" of each permission that the user holds, by groups or in person; all, of a superuser."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            held = Permission.objects.order_by()
            if not user_obj.is_superuser:
                held = held.filter(Q(group__user=user_obj) | Q(user=user_obj))
            names = held.values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in names}
        return set(user_obj._perm_cache)
