"""Every setting, in one file. Environments differ only by environment variables.

A variable that is missing or malformed stops start-up with its name. The embedded
default (``DEBUG=true``, set by ``./run``) needs none; production needs ``SECRET_KEY``,
``ALLOWED_HOSTS``, ``SITE_URL``, ``DATABASE_URL``, ``REDIS_URL`` and one of ``EMAIL_URL``
and ``NOTIFY_API_KEY``.
"""

import secrets
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from environs import Env, validate

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# DEBUG=true means a machine of one's own: local key, SQLite, broker of files, mailbox page. People
# meet the error pages of production there too, unless Django's own are asked for.
ON_OWN_MACHINE = env.bool("DEBUG", False)
DEBUG = ON_OWN_MACHINE and env.bool("DEBUG_PAGES", False)
# Everything the service writes to disk on a machine of one's own.
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
if ON_OWN_MACHINE:
    VAR_DIR.mkdir(parents=True, exist_ok=True)


def _local_secret_key() -> str:
    """Return the secret key of this machine's embedded service, made at first start."""
    path = VAR_DIR / "secret-key"
    try:
        with path.open("x") as new:
            path.chmod(0o600)
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


def _required_in_production(name: str, default: str) -> str:
    """Return a variable that may be left out only where DEBUG is on."""
    value = env.str(name, default if ON_OWN_MACHINE else None)
    if not value:
        raise ImproperlyConfigured(
            f"The environment variable {name} is missing. Set it, or set DEBUG=true on a machine of your own."
        )
    return value


# --- Who and what: the words a department may change without touching a template ---

SERVICE_NAME = env.str("SERVICE_NAME", "Local Digital Declaration")
DEPARTMENT_NAME = env.str("DEPARTMENT_NAME", "Ministry of Housing, Communities and Local Government")
DEPARTMENT_SHORT_NAME = env.str("DEPARTMENT_SHORT_NAME", "MHCLG")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "localdigital@communities.gov.uk", validate=validate.Email())
REVIEW_PROMISE_WORKING_DAYS = env.int("REVIEW_PROMISE_WORKING_DAYS", 3, validate=validate.Range(min=1))
# Whether a colleague has to accept what a member of staff changed: the officer checked, the organisation.
FOUR_EYES = env.bool("FOUR_EYES", False)
# Working days after the approver was asked at which they are reminded, and when we stop waiting.
APPROVER_REMINDER_WORKING_DAYS = env.list("APPROVER_REMINDER_WORKING_DAYS", [3, 7, 14], subcast=int)
APPROVER_EXPIRY_WORKING_DAYS = env.int("APPROVER_EXPIRY_WORKING_DAYS", 60, validate=validate.Range(min=1))
# When moderators get the summary of what waits, on working days, by London's clock.
DIGEST_TIME = env.time("DIGEST_TIME", time(8, 30))
# The crown, the GOV.UK logo and the GDS Transport font may be used only on a GOV.UK domain.
GOVUK_BRANDING = env.bool("GOVUK_BRANDING", False)
# The example data is loaded: every page says so. Impossible in production.
DEMO = ON_OWN_MACHINE and (VAR_DIR / "demo-data").exists()

# --- Where it lives ---

PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))
SITE_URL = _required_in_production("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
if urlsplit(SITE_URL).scheme not in {"http", "https"} or not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured("The environment variable SITE_URL must look like https://www.example.gov.uk")
HTTPS = SITE_URL.startswith("https://")
SECRET_KEY = env.str("SECRET_KEY", "") or (
    _local_secret_key() if ON_OWN_MACHINE else _required_in_production("SECRET_KEY", "")
)
# Those before it: what they signed or sealed is still good.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = [
    host.strip()
    for host in _required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]
# How many proxies of ours stand in front; only then are X-Forwarded-* headers believed.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0))

# --- Rooms ---

INSTALLED_APPS = [
    "declaration.audit",
    "declaration.personal_data",
    "declaration.outbox",
    "declaration.accounts",
    "declaration",
    "declaration.newsletter",
    "signatories",
    "declaration.accounts.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "csp",
]

MIDDLEWARE = [
    "declaration.middleware.HeadsAlone",
    "django.middleware.security.SecurityMiddleware",
    "declaration.fresh_pages.KeptPages",
    "declaration.middleware.BrowserPolicies",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "declaration.middleware.RefuseMethods",
    "declaration.middleware.RefuseNul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "declaration.accounts.middleware.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "declaration.accounts.middleware.SecondFactorForStaff",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "config.jinja2.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": CONTEXT_PROCESSORS,
            "libraries": {"integrity": "config.static_files"},
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = ["govuk"]
CRISPY_TEMPLATE_PACK = "govuk"

# --- Database ---

DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        _required_in_production("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}"),
    )
}
ON_POSTGRESQL = DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
if ON_POSTGRESQL:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 8, validate=validate.Range(min=1)),
        "timeout": 5,
    }
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
    # PostgreSQL parses and plans a statement that comes again and again once for each connection.
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
elif DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    raise ImproperlyConfigured("The environment variable DATABASE_URL must name PostgreSQL or SQLite.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache ---

REDIS_URL = env.str("REDIS_URL", "")
# The broker of files serves one machine only; without DEBUG it has to be allowed by name.
if not (REDIS_URL or ON_OWN_MACHINE or env.bool("ALLOW_FILE_BROKER", False)):
    raise ImproperlyConfigured(
        "The environment variable REDIS_URL is missing. Set it, or set ALLOW_FILE_BROKER=true if web and"
        " worker will always be on this one machine."
    )
FILE_BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT = "declaration.outbox.redis_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 300,
        "socket_connect_timeout": 5,
        "socket_timeout": 10,
        "health_check_interval": 20,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "declaration.outbox.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(FILE_BROKER_DIR / "waiting"),
        "data_folder_out": str(FILE_BROKER_DIR / "waiting"),
        "control_folder": str(FILE_BROKER_DIR / "control"),
        "polling_interval": 0.15,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_DEFAULT_QUEUE = "transactional"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_TIMEZONE = "Europe/London"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
    }
}

# --- Mail ---

EMAIL_URL = env.str("EMAIL_URL", "")
NOTIFY_API_KEY = env.str("NOTIFY_API_KEY", "")
if not (ON_OWN_MACHINE or EMAIL_URL or NOTIFY_API_KEY):
    raise ImproperlyConfigured("Set one of the environment variables EMAIL_URL and NOTIFY_API_KEY.")
NOTIFY_TEMPLATE_ID = env.str("NOTIFY_TEMPLATE_ID", "")
NOTIFY_BASE_URL = env.str("NOTIFY_BASE_URL", "")
if NOTIFY_API_KEY and not NOTIFY_TEMPLATE_ID:
    raise ImproperlyConfigured("NOTIFY_API_KEY is set: set the environment variable NOTIFY_TEMPLATE_ID.")
if NOTIFY_API_KEY and len(NOTIFY_API_KEY) < 73:
    raise ImproperlyConfigured("The environment variable NOTIFY_API_KEY must end in two UUIDs.")
# What others show who tell us what became of an email; without it there is no address for that.
_token = validate.Regexp(r"^(.{20,})?$", error="It must have 20 characters or more.")
NOTIFY_CALLBACK_TOKEN = env.str("NOTIFY_CALLBACK_TOKEN", "", validate=_token)
BOUNCES_TOKEN = env.str("BOUNCES_TOKEN", "", validate=_token)
# Where mail comes back to. A plus and 32 letters go before the @, where 64 characters have room.
_plain = validate.Regexp(r"^([\w.-]{1,31}@[\w.-]+)?$", error="It must look like bounces@example.gov.uk")
BOUNCES_ADDRESS = env.str("BOUNCES_ADDRESS", "", validate=_plain)
_imaps = validate.Regexp(r"^(imaps://[^/]+@.+)?$", error="It must look like imaps://me:word@host/INBOX")
BOUNCES_MAILBOX = env.str("BOUNCES_MAILBOX", "", validate=_imaps)
SMTP = env.dj_email_url("EMAIL_URL") if EMAIL_URL else {}
if SMTP and not str(SMTP.get("EMAIL_BACKEND")).endswith("smtp.EmailBackend"):
    raise ImproperlyConfigured(
        "The environment variable EMAIL_URL must look like submission://me:word@host:587"
    )
# Where the messages go that leave by neither; read by the mailbox page of a developer's machine.
MAILBOX_DIR = VAR_DIR / "mailbox"
SHOW_MAILBOX = ON_OWN_MACHINE and not EMAIL_URL and not NOTIFY_API_KEY
# How long to wait for each answer of a mail server, and how long a sender that died holds its emails.
MAIL_TIMEOUT_SECONDS = env.float("MAIL_TIMEOUT_SECONDS", 10.0, validate=validate.Range(min=0.1))
MAIL_LEASE_SECONDS = env.float("MAIL_LEASE_SECONDS", 90.0)
if MAIL_LEASE_SECONDS < 8 * MAIL_TIMEOUT_SECONDS:
    raise ImproperlyConfigured(
        "The environment variable MAIL_LEASE_SECONDS must be at least 8 times MAIL_TIMEOUT_SECONDS,"
        " or an email still being sent could be sent by somebody else as well."
    )
# What to do with an email that may or may not have been sent: "resend", or "hold" for staff to decide.
UNCERTAIN_MAIL = env.str("UNCERTAIN_MAIL", "resend", validate=validate.OneOf(["resend", "hold"]))
# The same for newsletters, which nobody wants twice; and how many may leave. 0 is no limit.
UNCERTAIN_NEWSLETTERS = env.str("UNCERTAIN_NEWSLETTERS", "hold", validate=validate.OneOf(["resend", "hold"]))
# GOV.UK Notify's own limits, less a tenth for the emails that cannot wait.
NEWSLETTERS_PER_MINUTE = env.int("NEWSLETTERS_PER_MINUTE", 2_700 if NOTIFY_API_KEY else 0)
NEWSLETTERS_PER_DAY = env.int("NEWSLETTERS_PER_DAY", 225_000 if NOTIFY_API_KEY else 0)
# Who tells the newsletter what is new in the register; the newsletter itself does not know it.
NEWSLETTER_REGISTER = "signatories.register.news.SignatoriesRegister"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", f"{SERVICE_NAME} <no-reply@{urlsplit(SITE_URL).hostname}>")
# The name under which the relay's key for signatures is published; only for the check of the domain.
MAIL_DKIM_SELECTOR = env.str("MAIL_DKIM_SELECTOR", "")
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", CONTACT_EMAIL)

# --- People ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["declaration.accounts.backend.CodeBackend"]
LOGIN_URL = reverse_lazy("account_request_login_code")
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/"
# A council's officers share one address on the internet: this many codes in 15 minutes.
SIGN_IN_CODES_PER_NETWORK = env.int("SIGN_IN_CODES_PER_NETWORK", 100, validate=validate.Range(min=5))
ACCOUNT_ADAPTER = "declaration.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever signs in has just proved the address
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=5).total_seconds())
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "declaration.accounts.factor_secrets.FactorAdapter"
MFA_TOTP_ISSUER = SERVICE_NAME
MFA_TOTP_TOLERANCE = 1  # clocks of phones; a code still works only once
MFA_FORMS = {
    "authenticate": "declaration.accounts.second_factor.EnterCodeForm",
    "reauthenticate": "declaration.accounts.second_factor.EnterCodeAgainForm",
    "activate_totp": "declaration.accounts.second_factor.AddAppForm",
    "add_webauthn": "declaration.accounts.second_factor.AddKeyForm",
}
# Staff come in by the department's own sign-in, where there is one.
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", "groups")
# Which group has which role, as group=role,group=role; a group that is not here gives nothing.
OIDC_ROLES: dict[str, str] = env.dict("OIDC_ROLES", {})
OIDC_TRUST_SECOND_FACTOR = env.bool("OIDC_TRUST_SECOND_FACTOR", False)
if OIDC_ISSUER:
    if not (OIDC_CLIENT_ID and env.str("OIDC_CLIENT_SECRET", "")):
        raise ImproperlyConfigured(
            "OIDC_ISSUER is set: set the environment variables OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."
        )
    if not OIDC_ROLES or set(OIDC_ROLES.values()) - {"viewer", "moderator", "editor", "administrator"}:
        raise ImproperlyConfigured(
            "OIDC_ISSUER is set: the environment variable OIDC_ROLES must look like group=role,group=role"
            " with the roles viewer, moderator, editor and administrator."
        )
    if HTTPS and not OIDC_ISSUER.startswith("https://"):
        raise ImproperlyConfigured("The environment variable OIDC_ISSUER must begin with https://")
SOCIALACCOUNT_ADAPTER = "declaration.accounts.oidc.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "department",
                "name": DEPARTMENT_SHORT_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": env.str("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ],
    }
}
SOCIALACCOUNT_LOGIN_ON_GET = True  # our own page asks by POST before
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
# In the session, not in a third cookie that the cookies page would have to name.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.problems.untrusted_form"
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Headers ---

SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The page template's one inline script; a test computes it from the package.
GOVUK_INLINE_SCRIPT_HASH = "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, GOVUK_INLINE_SCRIPT_HASH],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # A browser holds what a form leads on to against this too.
        "form-action": [
            SELF,
            *([f"{urlsplit(OIDC_ISSUER).scheme}://{urlsplit(OIDC_ISSUER).netloc}"] if OIDC_ISSUER else []),
        ],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Language and time ---

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# --- Static files ---

STATIC_URL = "/assets/"
STATICFILES_DIRS = [BASE_DIR / "static" / "service", BASE_DIR / "static" / "govuk"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
}

# --- Limits on what a stranger can make grow ---

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = ["declaration.uploads.SmallFiles"]

# --- Logs: to standard error, without addresses, texts or tokens ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "declaration.logs.PlainFormatter", "format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "declaration.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain" if ON_OWN_MACHINE else "json"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers would mail administrators and print whole addresses.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Its warnings repeat the provider's message; the outbox keeps that for staff.
        "notifications_python_client": {"level": "ERROR"},
    },
}
