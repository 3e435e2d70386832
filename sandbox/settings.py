"""Settings of the sandbox's own Django project. `python -m sandbox` sets the environment that they read."""

import os
from pathlib import Path

DIRECTORY = Path(os.environ.get("SANDBOX_DIR", ".sandbox")).absolute()
# Whether callbacks may go to other machines.
DELIVER_ANYWHERE = os.environ.get("SANDBOX_DELIVER_ANYWHERE") == "1"
# Whom the control plane answers: this machine ("local") or everybody ("open"). Whoever serves this project in another
# way than by `python -m sandbox` has none.
CONTROL = os.environ.get("SANDBOX_CONTROL", "none")
# The same of the marketplace's pages.
MARKETPLACE = os.environ.get("SANDBOX_MARKETPLACE", "none")

# Nothing here is signed: sessions are in memory under a random key. Django only insists on a value.
SECRET_KEY = "the-sandbox-signs-nothing"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["sandbox"]
# None: each would cost every request something, and none does anything for a JSON API without sessions. The pages of
# the marketplace, which have sessions and forms, ask for what they need view by view (sandbox/marketplace/door.py).
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "sandbox.urls"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
# No upload goes to a temporary file: `bodies` lets none in that is larger.
FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "marketplace" / "html"],
    }
]
# One process serves, so its memory is where sessions are; a restart signs everybody out.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
# Cookies know no ports: names and a path of our own, so that the console beside us keeps its own.
SESSION_COOKIE_NAME = "sandbox_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/marketplace"
CSRF_COOKIE_NAME = "sandbox_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sandbox.marketplace.door.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

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
