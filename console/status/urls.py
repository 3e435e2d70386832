"""Addresses of the customer's page and of the staff's page about it."""

from django.urls import path

from console.status import views

INSTALLATION = "installation/<int:oneflow_id>/<slug:key>/status-links/"

urlpatterns = [
    path("status/<str:text>/", views.status, name="status"),
    path(INSTALLATION, views.links, name="installation-status-links"),
    path(f"{INSTALLATION}preview/", views.preview, name="installation-status-preview"),
    path(f"{INSTALLATION}share/", views.share, name="installation-status-share"),
    path(f"{INSTALLATION}<int:pk>/revoke/", views.revoke, name="installation-status-revoke"),
]
