"""The addresses of notifications."""

from django.urls import path

from console.notifications import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/channels/<int:number>/test/", views.test, name="channel-test"),
    path("notifications/rules/<int:number>/preview/", views.preview, name="rule-preview"),
]
