"""Folders (section 6.4)."""

from sandbox.openapi.common import page_of, paging, permissions
from sandbox.openapi.describing import ID, TEXT, Operation, Schema, array, marked, nullable, ref, sent, text, thing

SCHEMAS: dict[str, Schema] = {
    "Folder": thing(
        "6.4",
        {
            "_permissions": permissions(
                "folder:contract", "folder:delete", "folder:sub_folder:create", "folder:update"
            ),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "parent_id": marked("D", nullable(ID), "Null at the top of the workspace."),
            "path": marked("D", array(ID, minItems=1), "From the top down to the folder itself (ASSUMED)."),
            "workspace_id": marked("D", ID),
        },
    ),
    "FolderPage": page_of("Folder"),
    "NewFolder": sent(
        "6.4",
        {
            "name": marked("C", text(1, 100)),
            "parent_id": marked("ASSUMED", nullable(ID), "Of the same workspace."),
            "workspace_id": marked("C", ID),
        },
        required=("name", "workspace_id"),
    ),
    "FolderChanges": sent(
        "6.4",
        {
            "name": marked("ASSUMED", text(1, 100)),
            "parent_id": marked("ASSUMED", nullable(ID), "Null moves it to the top of its workspace."),
        },
    ),
}

OPERATIONS = (
    Operation("GET", "/folders", "The folders that one sees", "C", "5", ref("FolderPage"), parameters=paging()),
    Operation(
        "POST", "/folders", "Make a folder", "C", "6.4", ref("Folder"), body=ref("NewFolder"), refuses=(403, 404)
    ),
    Operation(
        "PUT",
        "/folders/{folder_id}",
        "Rename or move a folder; never into itself",
        "C",
        "5",
        ref("Folder"),
        body=ref("FolderChanges"),
        refuses=(403, 404),
    ),
    Operation(
        "DELETE",
        "/folders/{folder_id}",
        "Delete a folder with those below it; 200 with an empty body also when there is none",
        "C",
        "5",
        None,
        # 404 only for an id that no path can have.
        refuses=(403, 404),
    ),
)
