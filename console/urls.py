"""Every address of the console. Ours come before the admin's, whose last pattern takes everything."""

from django.contrib import admin
from django.urls import include, path

from console import assumptions, codes, probes, retention

handler403 = "console.pages.denied"
handler404 = "console.pages.not_found"
handler500 = "console.pages.broken"

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("", include("console.connecting.urls")),
    path("", include("console.installation.urls")),
    path("", include("console.blueprints.urls")),
    path("", include("console.fields.urls")),
    path("", include("console.lineage.urls")),
    path("", include("console.contract_tests.urls")),
    path("", include("console.mappings.urls")),
    path("", include("console.incidents.urls")),
    path("", include("console.repairs.urls")),
    path("", include("console.repairs.jobs.urls")),
    path("", include("console.rollouts.urls")),
    path("", include("console.notifications.urls")),
    path("", include("console.status.urls")),
    path("health/codes/", codes.index, name="codes"),
    path("health/codes/<str:code>/", codes.code, name="code"),
    path("", include("console.history.urls")),
    path("", include("console.issues.urls")),
    path("assumed/", assumptions.view, name="assumed"),
    path("retention/", retention.view, name="retention"),
    path("", admin.site.urls),
]
