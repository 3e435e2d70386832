"""What a user may, from one statement; Django asks for the user's own permissions and for the groups' by themselves."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class OneStatement(ModelBackend):
    """Django's own backend. Every page pays for what it asks, so it asks once."""

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
