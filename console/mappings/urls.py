"""The addresses of mappings: of an extension, and of an installation over it."""

from django.urls import path

from console.installation.urls import BASE
from console.mappings import editing, files, history, overrides, table

OF_EXTENSION = "mappings/<slug:key>/"
OF_INSTALLATION = f"{BASE}mapping/"
# A custom_id may hold anything, a slash too.
FIELD = "<slug:extension_type>/<path:custom_id>/"

urlpatterns = [
    path("mappings/", table.home, name="mappings-home"),
    path(OF_EXTENSION, table.extension, name="mapping"),
    path(f"{OF_EXTENSION}history/", history.history, name="mapping-history"),
    path(f"{OF_EXTENSION}compare/", history.compare, name="mapping-compare"),
    path(f"{OF_EXTENSION}back/", history.back, name="mapping-back"),
    path(f"{OF_EXTENSION}download/", files.download, name="mapping-download"),
    path(f"{OF_EXTENSION}overrides.<slug:kind>", overrides.export, name="mapping-overrides"),
    path(f"{OF_EXTENSION}upload/", files.upload, name="mapping-upload"),
    path(f"{OF_EXTENSION}upload/store/", files.store, name="mapping-store"),
    path(f"{OF_EXTENSION}field/{FIELD}", editing.field, name="mapping-field"),
    path(f"{OF_EXTENSION}change/{FIELD}", editing.change_field, name="mapping-change"),
    path(OF_INSTALLATION, table.installation, name="installation-mapping"),
    path(f"{OF_INSTALLATION}history/", history.installation_history, name="installation-mapping-history"),
    path(f"{OF_INSTALLATION}compare/", history.installation_compare, name="installation-mapping-compare"),
    path(f"{OF_INSTALLATION}back/", history.installation_back, name="installation-mapping-back"),
    path(f"{OF_INSTALLATION}field/{FIELD}", editing.installation_field, name="installation-mapping-field"),
    path(f"{OF_INSTALLATION}change/{FIELD}", editing.change_installation_field, name="installation-mapping-change"),
]
