"""The addresses of test contracts."""

from django.urls import path

from console.contract_tests import views
from console.installation.urls import BASE

urlpatterns = [
    path(f"{BASE}test-contract/", views.prepare, name="installation-test-contract"),
    path(f"{BASE}test-contract/run/", views.start, name="installation-test-contract-run"),
    path(f"{BASE}test-contract/<int:pk>/clean-up/", views.tidy, name="installation-test-contract-clean-up"),
]
