"""Addresses of past moments."""

from django.urls import path

from console.history import fleet, installation

urlpatterns = [
    path("as-of/", fleet.fleet, name="as-of"),
    path("as-of/export/", fleet.export, name="as-of-export"),
    path("installation/<int:oneflow_id>/<slug:key>/as-of/", installation.installation, name="installation-as-of"),
]
