"""The addresses of issues and of maintenance."""

from django.urls import path

from console.issues import maintenance, page, verbs

urlpatterns = [
    path("issues/<int:pk>/", page.issue, name="issue"),
    path("issues/<int:pk>/acknowledge/", verbs.acknowledge, name="issue-acknowledge"),
    path("issues/<int:pk>/unacknowledge/", verbs.unacknowledge, name="issue-unacknowledge"),
    path("issues/<int:pk>/assign/", verbs.assign, name="issue-assign"),
    path("issues/<int:pk>/unassign/", verbs.unassign, name="issue-unassign"),
    path("issues/<int:pk>/snooze/", verbs.snooze, name="issue-snooze"),
    path("issues/<int:pk>/wake/", verbs.wake, name="issue-wake"),
    path("maintenance/", maintenance.windows, name="maintenance"),
    path("maintenance/plan/", maintenance.plan, name="maintenance-plan"),
    path("maintenance/<int:pk>/call-off/", maintenance.call_off, name="maintenance-call-off"),
]
