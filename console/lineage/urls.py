"""The addresses of lineage: choosing an installation, its preview, and a contract beside it."""

from django.urls import path

from console.installation.urls import BASE
from console.lineage import views

urlpatterns = [
    path("lineage/", views.home, name="lineage"),
    path(f"{BASE}lineage/", views.preview, name="installation-lineage"),
    path(f"{BASE}lineage/contract/", views.contract, name="installation-lineage-contract"),
]
