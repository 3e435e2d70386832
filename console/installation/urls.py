"""The addresses of one installation: its page, its tabs, its verbs."""

from django.urls import path

from console.installation import (
    changes,
    claiming,
    course,
    findings,
    inspector,
    overview,
    people,
    refreshes,
    templates,
    verbs,
    webhooks,
)

BASE = "installation/<int:oneflow_id>/<slug:key>/"

urlpatterns = [
    path(BASE, overview.overview, name="installation"),
    path(f"{BASE}timeline/", course.course, name="installation-timeline"),
    path(f"{BASE}progress/", overview.progress, name="installation-progress"),
    path(f"{BASE}findings/", findings.findings, name="installation-findings"),
    path(f"{BASE}fields/", inspector.fields, name="installation-fields"),
    path(f"{BASE}templates/", templates.templates, name="installation-templates"),
    path(f"{BASE}webhooks/", webhooks.webhooks, name="installation-webhooks"),
    path(f"{BASE}webhooks/ours/", claiming.ours, name="installation-webhook-ours"),
    path(f"{BASE}webhooks/not-ours/", claiming.not_ours, name="installation-webhook-not-ours"),
    path(f"{BASE}people/", people.people, name="installation-people"),
    path(f"{BASE}changes/", changes.changes, name="installation-changes"),
    path(f"{BASE}refreshes/", refreshes.refreshes, name="installation-refreshes"),
    path(f"{BASE}refresh/", verbs.refresh, name="installation-refresh"),
    path(f"{BASE}acting-user/", verbs.acting_user, name="installation-acting-user"),
    path(f"{BASE}set-up-by/", verbs.set_up_by, name="installation-set-up-by"),
    path(f"{BASE}blueprint/", verbs.blueprint, name="installation-blueprint"),
]
