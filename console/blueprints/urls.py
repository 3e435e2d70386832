"""The addresses of blueprint versions."""

from django.urls import path

from console.blueprints import comparing, drafts, editing, importing, versions

OF_EXTENSION = "versions/<slug:key>/"
BASE = OF_EXTENSION + "<int:version>/"

urlpatterns = [
    path("versions/", versions.home, name="versions-home"),
    path(OF_EXTENSION, versions.overview, name="versions"),
    path(f"{OF_EXTENSION}compare/", comparing.compared, name="versions-compare"),
    path(f"{OF_EXTENSION}import/", importing.choose, name="versions-import"),
    path(f"{OF_EXTENSION}import/account/", importing.from_account, name="versions-import-account"),
    path(f"{OF_EXTENSION}import/read/", importing.read_fields, name="versions-import-read"),
    path(f"{OF_EXTENSION}import/stop-reading/", importing.stop_reading, name="versions-import-stop-reading"),
    path(f"{OF_EXTENSION}import/file/", importing.from_file, name="versions-import-file"),
    path(BASE, versions.version, name="version"),
    path(f"{BASE}export/", importing.export, name="version-export"),
    path(f"{BASE}draft/", drafts.draft, name="version-draft"),
    path(f"{BASE}release/", drafts.release_it, name="version-release"),
    path(f"{BASE}discard/", drafts.discard_it, name="version-discard"),
    path(f"{BASE}types/add/", editing.add_type, name="version-type-add"),
    path(f"{BASE}types/<int:pk>/", editing.change_type, name="version-type"),
    path(f"{BASE}types/<int:pk>/take-out/", editing.take_type_out, name="version-type-take-out"),
    path(f"{BASE}types/<int:pk>/fields/add/", editing.add_field, name="version-field-add"),
    path(f"{BASE}fields/<int:pk>/", editing.change_field, name="version-field"),
    path(f"{BASE}fields/<int:pk>/take-out/", editing.take_field_out, name="version-field-take-out"),
    path(f"{BASE}move/", editing.move, name="version-move"),
]
