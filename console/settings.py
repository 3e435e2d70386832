"""Every setting, read once from the environment. Defaults serve the demo and the tests; see `docs/operations.md`.

Production is `ENVIRONMENT=production`: it demands its own keys and a server database, and turns on what only
makes sense behind https. `manage.py check --deploy` says what is still missing.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """Names the setting that cannot be read, and never repeats its value, which may be secret."""

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        try:
            return super().get_value(var, *args, **options)
        except ValueError:
            raise ImproperlyConfigured(f"{var} is not of the form that it needs. See docs/operations.md.") from None

    def address(self, var: str, *schemes: str, default: str) -> str:
        """A URL with one of these schemes."""
        url: str = self.str(var, default=default)
        if url.partition("://")[0] not in schemes:
            begins = " or ".join(f"{scheme}://" for scheme in schemes)
            raise ImproperlyConfigured(f"{var} must be an address that begins with {begins}. See docs/operations.md.")
        return url

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """The database at a URL."""
        url = self.address(var, "postgres", "postgresql", "sqlite", default=default)
        try:
            found: dict[str, Any] = self.db_url_config(url)
        except ValueError:
            raise ImproperlyConfigured(f"{var}: the port is not a number. See docs/operations.md.") from None
        return found


env = Environment()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# What the console stands in: named on every page.
ENVIRONMENT = env.str("ENVIRONMENT", default="demo")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)

# State of an embedded console: database, broker and generated keys live here.
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / ".demo")))


def secret(name: str, development_value: str) -> str:
    """The secret's value; in production there is no default, so a forgotten one stops the start with a sentence."""
    value = env.str(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"Set {name}: it has no default in production. See docs/operations.md.")
    return development_value


SECRET_KEY = secret("SECRET_KEY", "a-key-for-the-demo-and-the-tests-which-production-refuses-to-start-with")
# Former ones, newest first: what they signed (sign-ins, status links) stays good until they are taken out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys of the vault, newest first, "id:key" separated by commas: the first seals, all open.
VAULT_KEYS = secret("VAULT_KEYS", "demo:ZGVtby1vbmx5LWtleS1ub3QtZm9yLXByb2R1Y3Rpb24=")
# Key of the fingerprints by which one token is recognised again without opening it.
FINGERPRINT_KEY = secret("FINGERPRINT_KEY", "demo-fingerprint-key")
# Those of the three that stand in this file for everybody to read.
PUBLISHED_KEYS = [name for name in ("SECRET_KEY", "VAULT_KEYS", "FINGERPRINT_KEY") if not env.str(name, default="")]

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "accounts",
    "extensions.blueprints",
    "extensions.installations",
    "extensions.mappings",
    "extensions.health",
    "console.apps.ConsoleAdminConfig",
    "console.apps.ConsoleConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.assurance.context",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{quote(str(STATE_DIR / 'console.sqlite3'))}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Without these a third of concurrent writes fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # Tests use a file too: threads that share a database in memory lock whole tables, and wait for nothing.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}
else:
    # A server that takes the connection and then says nothing would hold pages, probes and workers for ever.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    # Whoever hangs in the midst of a transaction would hold its rows for ever, and all who wait for them with it. None
    # of our transactions takes as long, or waits for anything but the database. 0 leaves either to the server.
    timeouts = {
        "lock_timeout": env.int("DATABASE_LOCK_TIMEOUT", default=20),
        "idle_in_transaction_session_timeout": env.int("DATABASE_IDLE_TIMEOUT", default=60),
    }
    if any(timeouts.values()):
        told = [f"-c {name}={seconds}s" for name, seconds in timeouts.items() if seconds]
        # What the URL says comes last, and holds.
        options["options"] = " ".join([*told, options.get("options", "")]).strip()
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["console.permissions.OneStatement"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "console.pages.outdated"

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Stockholm")
USE_I18N = True
FORMAT_MODULE_PATH = "console.formats"
USE_TZ = True

STATIC_URL = "static/"
# Only production collects; elsewhere WhiteNoise serves the files from where they are.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "console" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# How many proxies of ours stand in front and append to X-Forwarded-For; 0 trusts the header not at all.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- Celery -------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.address(
    "CELERY_BROKER_URL",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "sqla+sqlite",
    default=f"sqla+sqlite:///{quote(str(STATE_DIR / 'broker.sqlite3'))}",
)
if CELERY_BROKER_URL.startswith("sqla+sqlite"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_args": {"timeout": 20}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the database is the queue of record; a lost task is due again when its lease ends
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "console.pool:SurvivingPool"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "console.heartbeats:BeatingScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "dispatch-refreshes": {
        "task": "console.tasks.dispatch_refreshes",
        "schedule": env.float("DISPATCH_EVERY_SECONDS", default=30.0),
        # A worker that was away finds one such message, not a day of them.
        "options": {"expires": 60},
    },
    "dispatch-repairs": {"task": "console.tasks.dispatch_repairs", "schedule": 30.0, "options": {"expires": 60}},
    "advance-repair-jobs": {
        "task": "console.tasks.advance_repair_jobs",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "pass-time": {"task": "console.tasks.pass_time", "schedule": 30.0, "options": {"expires": 60}},
    "watch": {"task": "console.tasks.watch", "schedule": 30.0, "options": {"expires": 60}},
    "notify": {"task": "console.tasks.notify", "schedule": 15.0, "options": {"expires": 30}},
    "go-on-with-previews": {
        "task": "console.tasks.go_on_with_previews",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "go-on-with-rollouts": {
        "task": "console.tasks.go_on_with_rollouts",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sum-up-the-rest": {"task": "console.tasks.sum_up_the_rest", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-broker": {"task": "console.tasks.sweep_broker", "schedule": 300.0, "options": {"expires": 300}},
    "prune": {"task": "console.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
}

# --- Refreshing -----------------------------------------------------------------------------------------------
REFRESH_SOFT_LIMIT = env.int("REFRESH_SOFT_LIMIT", default=90)  # seconds
REFRESH_HARD_LIMIT = env.int("REFRESH_HARD_LIMIT", default=120)  # seconds
# Longer than the hard limit, so that two refreshes of one installation never meet.
REFRESH_LEASE = timedelta(seconds=env.int("REFRESH_LEASE", default=REFRESH_HARD_LIMIT + 30))
REFRESH_QUIET = timedelta(seconds=env.int("REFRESH_QUIET", default=3600))  # nothing wrong, nothing changed
REFRESH_ALERT = timedelta(seconds=env.int("REFRESH_ALERT", default=600))  # something wrong or just changed
REFRESH_REFUSED = timedelta(seconds=env.int("REFRESH_REFUSED", default=6 * 3600))  # the token is refused
REFRESH_BATCH = env.int("REFRESH_BATCH", default=200)  # installations handed out in one go
# How long a verdict may be shown as true without a new look, and an unread part as "last known".
FRESH_FOR = timedelta(seconds=env.int("FRESH_FOR", default=3 * 3600))
PART_USE_BY = timedelta(seconds=env.int("PART_USE_BY", default=24 * 3600))

# --- Incidents: one cause in many installations -----------------------------------------------------------------
INCIDENT_SIZE = env.int("INCIDENT_SIZE", default=5)  # installations that share a cause
# How far apart they may come to it: what happens at once is noticed within one round of refreshes.
INCIDENT_WINDOW = timedelta(seconds=env.int("INCIDENT_WINDOW", default=int(REFRESH_QUIET.total_seconds() * 1.25)))
INCIDENT_ASK = env.int("INCIDENT_ASK", default=12)  # accounts read early in one go when one is suspected
STALLED_AFTER = timedelta(seconds=env.int("STALLED_AFTER", default=300))  # worker or beat without a sign of life

# --- Notifications ------------------------------------------------------------------------------------------------
# Under which address people reach the console: messages link there. Empty: they hold no links.
CONSOLE_URL = env.str("CONSOLE_URL", default="")
# How long the beginning of an issue is held back, since it may be one of many with one cause.
NOTIFY_HOLD = timedelta(seconds=env.int("NOTIFY_HOLD", default=300))
# Whether channels may post into private networks.
NOTIFY_PRIVATE_ADDRESSES = env.bool("NOTIFY_PRIVATE_ADDRESSES", default=False)
# The mail server, as smtp+tls://user:password@host:587; by default mails go to the log.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("NOTIFY_FROM", default="partner-console@localhost")

# --- The share of Oneflow's 2,000 requests in 5 minutes that the console takes (api-rate-limit) -----------------
ONEFLOW_BUDGET = env.int("ONEFLOW_BUDGET", default=500)
ONEFLOW_STAFF_RESERVE = env.int("ONEFLOW_STAFF_RESERVE", default=100)
ONEFLOW_BUDGET_WINDOW = env.int("ONEFLOW_BUDGET_WINDOW", default=300)  # seconds
ONEFLOW_TIMEOUTS = {
    "connect": env.float("ONEFLOW_CONNECT_TIMEOUT", default=3.05),
    "read": env.float("ONEFLOW_READ_TIMEOUT", default=20.0),
    "total": env.float("ONEFLOW_CALL_TIMEOUT", default=30.0),
}

# --- Retention ---------------------------------------------------------------------------------------------------
KEEP_REFRESHES = env.int("KEEP_REFRESHES", default=10)  # refreshes of one installation whose exchanges are kept
KEEP_FAILED_DAYS = env.int("KEEP_FAILED_DAYS", default=30)
KEEP_CHANGES_DAYS = env.int("KEEP_CHANGES_DAYS", default=730)
KEEP_FLIPS_DAYS = env.int("KEEP_FLIPS_DAYS", default=730)  # changes of verdicts
KEEP_LINKS_DAYS = env.int("KEEP_LINKS_DAYS", default=90)  # status links after their end
KEEP_SNAPSHOTS_DAYS = env.int("KEEP_SNAPSHOTS_DAYS", default=90)  # what a repair keeps of an account's content
KEEP_REPAIRS_DAYS = env.int("KEEP_REPAIRS_DAYS", default=730)  # repairs after they were over
KEEP_PREVIEWS_DAYS = env.int("KEEP_PREVIEWS_DAYS", default=90)  # release previews after they were over
KEEP_ROLLOUTS_DAYS = env.int("KEEP_ROLLOUTS_DAYS", default=730)  # rollouts after they were over
KEEP_NOTIFICATIONS_DAYS = env.int("KEEP_NOTIFICATIONS_DAYS", default=90)  # and what each sending said
KEEP_ISSUES_DAYS = env.int("KEEP_ISSUES_DAYS", default=730)  # after they were resolved, and what happened to them

# --- Logs: one line each, to standard error, never a query string or a body ---------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"masked": {"()": "console.access_log.Masked"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "django.utils.autoreload": {"level": "WARNING"}},
}
