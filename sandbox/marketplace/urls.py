"""The addresses below `/marketplace/`."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from sandbox.marketplace import extensions, files, signing_in, template_types, templates, tokens, webhooks
from sandbox.marketplace.door import Visitor, not_there, show, signed_in


class IdConverter(StringConverter):
    """An id that a row can have, as the API and the control plane read them."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)


register_converter(IdConverter, "id")


@signed_in
def assumed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    return show(request, visitor, "assumed", {})


urlpatterns = [
    path("", extensions.listed, name="extensions"),
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("assumed/", assumed, name="assumed"),
    path("extensions/<str:key>/", extensions.one, name="extension"),
    path("extensions/<str:key>/enable/", extensions.enable, name="enable"),
    path("extensions/<str:key>/disable/", extensions.disable, name="disable"),
    path("template-types/", template_types.listed, name="template_types"),
    path("template-types/<id:pk>/", template_types.one, name="template_type"),
    path("template-types/<id:pk>/fields/", template_types.add_field, name="add_field"),
    path("template-types/<id:pk>/templates/", template_types.connect, name="connect"),
    path("fields/<id:pk>/", template_types.change_field, name="field"),
    path("fields/<id:pk>/active/", template_types.switch_field, name="switch_field"),
    path("fields/<id:pk>/delete/", template_types.delete_field, name="delete_field"),
    path("templates/", templates.listed, name="templates"),
    path("templates/<id:pk>/", templates.one, name="template"),
    path("webhooks/", webhooks.listed, name="webhooks"),
    path("webhooks/<id:pk>/delete/", webhooks.delete, name="delete_webhook"),
    path("tokens/", tokens.listed, name="tokens"),
    path("tokens/<id:pk>/revoke/", tokens.revoke, name="revoke"),
    path("static/<str:name>", files.one, name="file"),
    re_path("", not_there),
]
