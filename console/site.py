"""The console's admin site: the fleet as its front page, our words in its menu, every change in the record."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.acting import audited, unaudited


class ConsoleSite(AdminSite):
    site_header = "Oneflow partner console"
    site_title = "Partner console"
    index_title = "Fleet"
    site_url = None
    enable_nav_sidebar = False
    login_template = "admin/login.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Rows are deleted one at a time, each with its consequences in sight, or not at all.
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register with the record in front, so that no admin class can forget it."""
        from console.recorded import recorded  # needs the app registry, which this module is loaded before

        super().register(model_or_iterable, recorded(admin_class or ModelAdmin), **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """The admin's context with `menu`; built once for each request, as several templates ask for it."""
        kept: dict[str, Any] | None = getattr(request, "_console_context", None)
        if kept is None:
            kept = super().each_context(request)
            if kept["has_permission"]:
                from console import menu  # as in `register`

                kept["menu"] = menu.of(request, kept["available_apps"])
            request._console_context = kept  # type: ignore[attr-defined]
        return dict(kept)

    @unaudited("shows counts and causes; no personal data")
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from console import front  # as in `register`

        return front.page(request)

    @unaudited("lists the rooms' models")
    def app_index(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().app_index(*args, **kwargs)

    @audited("login")
    def login(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().login(*args, **kwargs)

    @audited("logout")
    def logout(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().logout(*args, **kwargs)

    @audited("password.change")
    def password_change(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().password_change(*args, **kwargs)

    @unaudited("says that the password was changed, which is recorded when it is")
    def password_change_done(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().password_change_done(*args, **kwargs)

    @unaudited("the admin's own words for its scripts")
    def i18n_javascript(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().i18n_javascript(*args, **kwargs)

    @unaudited("suggests rows of a field that the form may choose from")
    def autocomplete_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().autocomplete_view(*args, **kwargs)

    @unaudited("leads to a row's address outside the admin; we have none")
    def catch_all_view(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().catch_all_view(*args, **kwargs)
