"""The addresses of the fields over the fleet."""

from django.urls import path

from console.fields import exporting, matrix, views

urlpatterns = [
    path("fields/", views.home, name="fields-home"),
    path("fields/<slug:key>/", views.fields, name="fields"),
    path("fields/<slug:key>/matrix/", matrix.matrix, name="matrix"),
    path("fields/<slug:key>/matrix.<slug:kind>", exporting.export, name="matrix-export"),
    # A custom_id may hold anything, a slash too.
    path("fields/<slug:key>/<slug:extension_type>/<path:custom_id>/", views.field, name="field"),
]
