"""The addresses of release previews."""

from django.urls import path

from console.rollouts import previews

PREVIEW = "release-previews/<int:number>/"

urlpatterns = [
    path("release-previews/", previews.previews, name="previews"),
    path("release-previews/start/", previews.start, name="preview-start"),
    path(PREVIEW, previews.preview, name="preview"),
    path(f"{PREVIEW}progress/", previews.progress, name="preview-progress"),
    path(f"{PREVIEW}stop/", previews.stop, name="preview-stop"),
    path(f"{PREVIEW}export/", previews.export, name="preview-export"),
    path(f"{PREVIEW}templates/", previews.templates, name="preview-templates"),
    path(f"{PREVIEW}templates/export/", previews.export_templates, name="preview-templates-export"),
    path(f"{PREVIEW}<int:oneflow_id>/", previews.account, name="preview-account"),
]
