"""The addresses of repairs."""

from django.urls import path

from console.installation.urls import BASE
from console.repairs import views

urlpatterns = [
    path("repairs/", views.repairs, name="repairs"),
    path("repairs/<int:number>/", views.repair, name="repair"),
    path("repairs/<int:number>/progress/", views.progress, name="repair-progress"),
    path("repairs/<int:number>/run/", views.run, name="repair-run"),
    path("repairs/<int:number>/approve/", views.approve, name="repair-approve"),
    path("repairs/<int:number>/decline/", views.decline, name="repair-decline"),
    path("repairs/<int:number>/withdraw/", views.withdraw, name="repair-withdraw"),
    path("repairs/<int:number>/give-up/", views.give_up, name="repair-give-up"),
    path("repairs/<int:number>/undo/", views.undo, name="repair-undo"),
    path("repairs/<int:number>/again/", views.again, name="repair-again"),
    path(f"{BASE}repair/", views.offered, name="installation-repair"),
    path(f"{BASE}repair/plan/", views.plan, name="installation-repair-plan"),
]
