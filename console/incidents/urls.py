"""The addresses of incidents."""

from django.urls import path

from console.incidents import views

urlpatterns = [
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/export/", views.export, name="incidents-export"),
    path("incidents/<int:number>/", views.incident, name="incident"),
    path("incidents/<int:number>/export/", views.export_members, name="incident-export"),
]
