"""Addresses of connecting."""

from django.urls import URLPattern, path

from console.connecting import following, views

INSTALLATION = "installation/<int:oneflow_id>/<slug:key>/"

urlpatterns: list[URLPattern] = [
    path("connect/", views.paste, name="connect"),
    path("connect/confirm/", views.confirm, name="connect-confirm"),
    path(f"{INSTALLATION}connecting/", following.checklist, name="installation-connecting"),
    path(f"{INSTALLATION}relink/", views.relink_paste, name="installation-relink"),
    path(f"{INSTALLATION}relink/confirm/", views.relink_confirm, name="installation-relink-confirm"),
    path(f"{INSTALLATION}disconnect/", views.disconnect, name="installation-disconnect"),
]
