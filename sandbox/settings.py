"""Settings of the sandbox's own Django project. `python -m sandbox` sets the environment that they read."""

import os
from pathlib import Path

DIRECTORY = Path(os.environ.get("SANDBOX_DIR", ".sandbox")).absolute()
# Whether callbacks may go to other machines.
DELIVER_ANYWHERE = os.environ.get("SANDBOX_DELIVER_ANYWHERE") == "1"
# Whom the control plane answers: this machine ("local") or everybody ("open"). Whoever serves this project in another
# way than by `python -m sandbox` has none.
CONTROL = os.environ.get("SANDBOX_CONTROL", "none")

# Nothing here is signed: no session, no form, no cookie. Django only insists on a value.
SECRET_KEY = "the-sandbox-signs-nothing"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["sandbox"]
# None: each would cost every request something, and none does anything for a JSON API without sessions.
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "sandbox.urls"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
# No upload goes to a temporary file: `bodies` lets none in that is larger.
FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DIRECTORY / "sandbox.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # Refusals are this program's business; only its own mistakes are worth a line.
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
