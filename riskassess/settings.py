"""All settings, read from the environment. The embedded default needs no variable at all."""

import logging
import os
import secrets
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("RISKASSESS_VAR", BASE_DIR / "var"))
ENVIRONMENT = os.environ.get("RISKASSESS_ENV", "embedded")
IS_PRODUCTION = ENVIRONMENT == "production"


def env_flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(int(default))).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_percent(name: str, default: str) -> Decimal:
    """From 0 to 100, with at most two decimals."""
    given = os.environ.get(name, default).strip()
    try:
        value = Decimal(given)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= 100 or value != round(value, 2):
        raise ImproperlyConfigured(
            f"{name} is {given!r}. Set it to a number from 0 to 100 with at most two decimals, such as 5 or 2.5, or "
            f"leave it out for {default}."
        )
    return value


def kept_key(name: str) -> str:
    """A secret from the environment, else one made at first start and kept under var/keys (embedded only)."""
    if value := os.environ.get(f"RISKASSESS_{name.upper()}"):
        return value
    if IS_PRODUCTION:
        return ""
    path = VAR_DIR / "keys" / name
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # two processes may start at once: the first key stays
            os.link(draft, path)
        draft.unlink()
        return path.read_text()


DEBUG = env_flag("RISKASSESS_DEBUG")
SECRET_KEY = kept_key("secret_key")
AUDIT_KEY = kept_key("audit_key").encode()
# Signed notes of where the audit log stands (docs/audit-log.md): the secret that signs them, and where they go.
SIGNING_KEY = os.environ.get("RISKASSESS_SIGNING_KEY", "")
CHECKPOINTS_DIR = Path(os.environ.get("RISKASSESS_CHECKPOINTS", VAR_DIR / "checkpoints"))
CHECKPOINTS_SYSLOG = os.environ.get("RISKASSESS_CHECKPOINTS_SYSLOG", "")  # host:port, or a socket such as /dev/log
CHECKPOINTS_MAIL = os.environ.get("RISKASSESS_CHECKPOINTS_MAIL", "")
ALLOWED_HOSTS = env_list("RISKASSESS_HOSTS", "" if IS_PRODUCTION else "127.0.0.1,localhost,[::1]")
SITE_URL = os.environ.get(
    "RISKASSESS_SITE_URL", "" if IS_PRODUCTION else f"http://127.0.0.1:{os.environ.get('PORT', 8000)}"
).rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []


def production_faults() -> list[str]:
    """What must be set before this may serve real cases; each sentence says the remedy."""
    faults = []
    if len(SECRET_KEY) < 32 or SECRET_KEY.startswith(("change", "django-insecure", "secret")):
        faults.append("Set RISKASSESS_SECRET_KEY to a random text of 32 characters or more, made for this server.")
    if len(AUDIT_KEY) < 32 or AUDIT_KEY.decode(errors="replace") == SECRET_KEY:
        faults.append("Set RISKASSESS_AUDIT_KEY to another random text of at least 32 characters.")
    if DEBUG:
        faults.append("Unset RISKASSESS_DEBUG: debug pages show case content.")
    if not ALLOWED_HOSTS or any(host == "*" or host.startswith(".") for host in ALLOWED_HOSTS):
        faults.append("Set RISKASSESS_HOSTS to the exact host names this server answers to, without wildcards.")
    if urlsplit(SITE_URL).scheme != "https":
        faults.append("Set RISKASSESS_SITE_URL to the public https address; links in mails use it.")
    if not os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        faults.append("Set DATABASE_URL to a PostgreSQL address.")
    if not os.environ.get("REDIS_URL", "").startswith(("redis://", "rediss://")):
        faults.append("Set REDIS_URL to a Redis address.")
    return faults


if IS_PRODUCTION and (faults := production_faults()):
    raise ImproperlyConfigured("RiskAssess does not start in production yet:\n- " + "\n- ".join(faults))
if ENVIRONMENT not in {"embedded", "production"}:
    raise ImproperlyConfigured("RISKASSESS_ENV is either unset (embedded) or 'production'.")

INSTALLED_APPS = [
    "riskassess",
    "riskassess.core",
    "riskassess.audit",
    "riskassess.accounts",
    "riskassess.jobs",
    "riskassess.files",
    "riskassess.privacy",
    "partners",
    "riskassess.proposals",
    "riskassess.assessments",
    "riskassess.reviews",
    "riskassess.reports",
    "riskassess.auditing",
    "riskassess.notices",
    "riskassess.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "django_linear_migrations",
]

MIDDLEWARE = [
    "riskassess.core.middleware.RequestIdMiddleware",
    "riskassess.core.reading.ReadOnceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "riskassess.core.middleware.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "riskassess.web.middleware.PolicyMiddleware",
    "riskassess.web.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "riskassess.urls"
WSGI_APPLICATION = "riskassess.wsgi.application"
ASGI_APPLICATION = "riskassess.asgi.application"

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
                "riskassess.web.context.site",
            ],
        },
    },
]
FORM_RENDERER = "riskassess.core.widgets.WidgetRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    }

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["rules.permissions.ObjectPermissionBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "start"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "riskassess" / "locale"]
TIME_ZONE = os.environ.get("RISKASSESS_TIME_ZONE", "Europe/Brussels")
USE_I18N = True
USE_TZ = True

BOOTSTRAP_DIR = next(iter(find_spec("bootstrap").submodule_search_locations))
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("RISKASSESS_STATIC", VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", BOOTSTRAP_DIR)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "ttf", "woff2", "png", "jpg", "gz", "br"]
FILES_DIR = Path(os.environ.get("RISKASSESS_FILES", VAR_DIR / "files"))
# Evidence: so many files of one proposal, so many megabytes of one person in all.
EVIDENCE_FILES = int(os.environ.get("RISKASSESS_EVIDENCE_FILES", "50"))
EVIDENCE_MEGABYTES = int(os.environ.get("RISKASSESS_EVIDENCE_MEGABYTES", "500"))
EXPORT_DAYS = int(os.environ.get("RISKASSESS_EXPORT_DAYS", "7"))  # files of exports are kept so long
# A virus scanner (clamd) as host:port or as the path of its socket; nothing is scanned while it is empty.
CLAMD = os.environ.get("RISKASSESS_CLAMD", "")
# Key and certificate that sign reports, as PEM; where none is given, one is made at the first report (docs/reports.md).
REPORT_SIGNER = Path(os.environ.get("RISKASSESS_REPORT_SIGNER", VAR_DIR / "keys" / "report_signer.pem"))
# Public keys (age1…) that backups are encrypted for; the embedded default makes a pair of its own under var/keys.
BACKUP_RECIPIENTS = env_list("RISKASSESS_BACKUP_RECIPIENTS")
CATALOGUES_DIR = BASE_DIR / "fixtures" / "catalogues"
# The catalogue new proposals are filed under: its newest release, or the one named after an @ ("allea-eu@1.0.0").
CATALOGUE = os.environ.get("RISKASSESS_CATALOGUE", "allea-eu")

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
CSRF_FAILURE_VIEW = "riskassess.web.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if IS_PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "riskassess.web.uploading.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

DEFAULT_FROM_EMAIL = os.environ.get("RISKASSESS_MAIL_FROM", "RiskAssess <riskassess@localhost>")
EMAIL_HOST = os.environ.get("RISKASSESS_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("RISKASSESS_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("RISKASSESS_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("RISKASSESS_MAIL_PASSWORD", "")
EMAIL_USE_TLS = env_flag("RISKASSESS_MAIL_TLS")
EMAIL_TIMEOUT = 15
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "riskassess.core.mail.ConsoleAndFileBackend"
)

# The broker is only a hint; the Job rows in the database are the truth (see riskassess/jobs).
REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_MAX_TASKS_PER_CHILD = 100
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 260_000  # kB; a child that makes reports has about 140 MB and keeps them
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # the job rows fence off what comes twice
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "riskassess.beat:TickingScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "schedule.sweep_jobs", "schedule": 10.0, "options": {"queue": "bulk", "expires": 10}},
    "draw-registered": {"task": "schedule.draw_registered", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "take-checkpoint": {"task": "schedule.take_checkpoint", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "lapse-settings": {"task": "schedule.lapse_settings", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "note-law": {"task": "schedule.note_law", "schedule": 86400.0, "options": {"queue": "bulk"}},
    "old-exports": {"task": "schedule.remove_old_exports", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "check-states": {"task": "schedule.check_states", "schedule": 86400.0, "options": {"queue": "bulk"}},
    "check-chain": {"task": "schedule.check_chain", "schedule": 86400.0, "options": {"queue": "bulk"}},
    "tell-answers": {"task": "schedule.tell_answers", "schedule": 60.0, "options": {"queue": "bulk", "expires": 60}},
    "watch-lists": {"task": "schedule.watch_lists", "schedule": 60.0, "options": {"queue": "bulk", "expires": 60}},
    "tell-old-lists": {"task": "schedule.tell_old_lists", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "old-list-files": {"task": "schedule.remove_old_list_files", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "follow-decisions": {"task": "schedule.follow_decisions", "schedule": 3600.0, "options": {"queue": "bulk"}},
    "send-digests": {"task": "schedule.send_digests", "schedule": 600.0, "options": {"queue": "bulk", "expires": 600}},
    "screen-due": {"task": "schedule.screen_due", "schedule": 600.0, "options": {"queue": "bulk", "expires": 600}},
    "let-go": {"task": "schedule.let_go", "schedule": 3600.0, "options": {"queue": "bulk", "expires": 3600}},
    "scan-waiting": {"task": "schedule.scan_waiting", "schedule": 600.0, "options": {"queue": "bulk", "expires": 600}},
    "seal-reads": {"task": "schedule.seal_reads", "schedule": 60.0, "options": {"queue": "bulk", "expires": 60}},
}
# Files of lists that appear here are imported by themselves (docs/lists.md); nothing is watched while it is empty.
LISTS_FOLDER = os.environ.get("RISKASSESS_LISTS_FOLDER", "")
REPORT_ARCHIVES_DAYS = int(os.environ.get("RISKASSESS_REPORT_ARCHIVES_DAYS", "30"))  # zips of many reports
LIST_FILES_DAYS = int(os.environ.get("RISKASSESS_LIST_FILES_DAYS", "730"))  # uploaded files of lists are kept so long
# Of a hundred registrations so many are drawn and read afterwards (docs/draw.md); 0 draws none.
# Experts from outside show a second factor, too (six digits of an app), besides the code they were given.
EXPERTS_NEED_SECOND_FACTOR = env_flag("RISKASSESS_EXPERTS_NEED_SECOND_FACTOR")
DRAW_PERCENT = env_percent("RISKASSESS_DRAW_PERCENT", "5")
CELERY_TASK_DEFAULT_QUEUE = "person"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "max_retries": 0,
        # A Redis that has gone without a word must not keep a request, nor a worker, waiting for ever.
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "health_check_interval": 5,  # after a restart of Redis a worker listens to the dead line for twice as long
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    BROKER_DIR.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
JOB_LEASE_SECONDS = int(os.environ.get("RISKASSESS_JOB_LEASE", "150"))  # outlasts the hard time limit
JOB_RESEND_SECONDS = int(os.environ.get("RISKASSESS_JOB_RESEND", "15"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "riskassess.core.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s %(request_id)s",
            "timestamp": True,  # UTC, whatever the institution's zone
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("RISKASSESS_LOG_LEVEL", "INFO")},
    # Many lines for each message and each report; what counts of a job is in its own lines.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("celery.app.trace", "celery.worker.strategy", "weasyprint.progress", "fontTools")
    },
}
logging.captureWarnings(True)  # they are lines of JSON like the rest
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
