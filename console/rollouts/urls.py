"""The addresses of release previews and of rollouts."""

from django.urls import path

from console.rollouts import previews, resting, views

PREVIEW = "release-previews/<int:number>/"
ROLLOUT = "rollouts/<int:number>/"

urlpatterns = [
    path("release-previews/", previews.previews, name="previews"),
    path("release-previews/start/", previews.start, name="preview-start"),
    path(PREVIEW, previews.preview, name="preview"),
    path(f"{PREVIEW}progress/", previews.progress, name="preview-progress"),
    path(f"{PREVIEW}stop/", previews.stop, name="preview-stop"),
    path(f"{PREVIEW}export/", previews.export, name="preview-export"),
    path(f"{PREVIEW}templates/", resting.templates, name="preview-templates"),
    path(f"{PREVIEW}templates/export/", resting.export_templates, name="preview-templates-export"),
    path(f"{PREVIEW}contracts/", resting.contracts, name="preview-contracts"),
    path(f"{PREVIEW}contracts/export/", resting.export_contracts, name="preview-contracts-export"),
    path(f"{PREVIEW}<int:oneflow_id>/", previews.account, name="preview-account"),
    path("rollouts/", views.rollouts_list, name="rollouts"),
    path("rollouts/plan/", views.plan, name="rollout-plan"),
    path(ROLLOUT, views.rollout, name="rollout"),
    path(f"{ROLLOUT}progress/", views.progress, name="rollout-progress"),
    path(f"{ROLLOUT}start/", views.start, name="rollout-start"),
    path(f"{ROLLOUT}pause/", views.pause, name="rollout-pause"),
    path(f"{ROLLOUT}resume/", views.resume, name="rollout-resume"),
    path(f"{ROLLOUT}end/", views.end, name="rollout-end"),
    path(f"{ROLLOUT}back/", views.back, name="rollout-back"),
    path(f"{ROLLOUT}export/", views.export, name="rollout-export"),
    path(f"{ROLLOUT}<int:oneflow_id>/", views.account, name="rollout-account"),
]
