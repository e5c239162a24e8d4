"""What an installation may set, by environment (MUFAKAT_...) or by the instance file that `up` writes."""

from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class DatabaseSettings(BaseModel):
    """Where the records live: any PostgreSQL from version 15 on."""

    url: SecretStr = SecretStr("postgresql+psycopg://mufakat@127.0.0.1:5432/mufakat")
    pool_size: int = 5
    """Connections that one process keeps; it may open as many again under load."""


class WebSettings(BaseModel):
    """How the pages are served."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """The address that people type and that links in emails carry; empty: http://host:port."""
    session_hours: int = 12
    """A login ends after so many hours without a request."""
    api_per_minute: int = 600
    """How many requests a minute one token may send to the interface for programs."""
    metrics_token: SecretStr = SecretStr("")
    """What Prometheus sends as a bearer token to read /metrics; empty: only this machine may read them."""


class PrefectSettings(BaseModel):
    """The server that runs the flows."""

    api_url: str = "http://127.0.0.1:4200/api"
    auth: SecretStr = SecretStr("")
    """`user:password` of its basic authentication; empty: none."""
    work_pool: str = "mufakat"
    ui_url: str = ""
    """Where operators open its own pages, such as a tunnel's end; empty: at the address of its API."""
    database_url: SecretStr = SecretStr("")
    """Its server's own database, for `up` on a PostgreSQL that is given; empty: made beside ours."""


class MailSettings(BaseModel):
    """How messages leave the house, and how what comes back finds us."""

    transport: Literal["maildir", "smtp", "http", "console"] = "maildir"
    sender: str = "Mufakat <mufakat@localhost>"
    maildir: Path | None = None
    """Where the local transport puts mail; empty: DATA_DIR/mail."""
    connections: int = 4
    """How many letters one courier has on their way at a time, each over a connection that is kept."""
    domain_connections: int = 0
    """At most so many of these to one domain; 0: all of them."""
    domain_per_minute: int = 0
    """At most so many letters a minute to one domain, for each courier; 0: as many as there are."""
    gather_seconds: float = 60
    """Reminders wait so long for others to the same person, and become one mail."""
    quiet: Literal["never", "office"] = "never"
    """Whether mail that can wait does so while its reader's office is closed, unless they chose otherwise."""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    timeout_seconds: float = 20
    api_url: str = ""
    """Where the HTTP transport posts each letter."""
    api_key: SecretStr = SecretStr("")
    """Sent along as a bearer token."""
    api_body: str = ""
    """The JSON that is posted, with $from, $to, $subject, $text, $html, $headers and $mime as values; empty:
    the shape that Resend and its likes take."""
    return_address: str = ""
    """Where servers send what they could not deliver, such as `bounces@example.go.id`: each letter gets its
    own, `bounces+TOKEN@...`. Empty: the sender's address."""
    returns: Path | None = None
    """A Maildir into which the mail to `return_address` is delivered; the couriers read it."""
    hook_secret: SecretStr = SecretStr("")
    """Verifies reports that a mail service posts to /hooks/mail (Standard Webhooks); empty: none is taken."""


class OfficeSettings(BaseModel):
    """The office that runs this installation."""

    name: str = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"
    city: str = "Medan"
    zone: str = "Asia/Jakarta"
    language: Literal["id", "en"] = "id"


class LoginSettings(BaseModel):
    """How people prove who they are."""

    second_factor: bool | None = None
    """Whether HR, operators and administrators need the code of an app beside their password; not said: yes,
    except in a demo or a rehearsal."""
    activation_days: int = 30
    """How long the code of an activation letter or mail is good."""


class OidcSettings(BaseModel):
    """Login through the office's identity provider (OpenID Connect); without an issuer there is none."""

    issuer: str = ""
    """Its address, under which it publishes /.well-known/openid-configuration; the only one that is asked."""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    """Where the secret is kept instead, in a file that its owner alone can read."""
    claim: str = "nip"
    """Which claim of the signed token says who it is."""
    matches: Literal["nip", "email", "login"] = "nip"
    """With what of ours that claim is compared; an email only counts when the provider verified it."""
    scopes: str = "openid profile email"
    name: str = "SSO"
    """What the button calls the provider."""


class LedgerSettings(BaseModel):
    """How the log is vouched for."""

    checkpoint_minutes: float = 60
    """A checkpoint is signed, and mailed to the auditors, so long after the last if something happened."""
    key: SecretStr = SecretStr("")
    """The key that signs (32 bytes in base64), for keepers on several machines; empty: from its file."""
    key_file: Path | None = None
    """Where that key is kept; empty: DATA_DIR/ledger.key, made at the first checkpoint."""


class UpkeepSettings(BaseModel):
    """What operators are warned of."""

    copy_hours: float = 26
    """The last copy of the database (`db dump`) may be so old; 0: copies are made by other means."""


class WebhookSettings(BaseModel):
    """How other systems are told of what happens."""

    allowed_hosts: str = ""
    """Hosts by name, with commas between, that may be called though they are inside or without TLS."""
    timeout_seconds: float = 10

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(host.strip().lower() for host in self.allowed_hosts.split(",") if host.strip())


class Settings(BaseSettings):
    """Every setting of an installation; secrets are never printed."""

    model_config = SettingsConfigDict(
        env_prefix="MUFAKAT_", env_nested_delimiter="_", env_nested_max_split=1, extra="ignore"
    )

    home: Path = ROOT / "var"
    """The data folder: cluster, mail, logs, secrets."""
    secret: SecretStr = SecretStr("")
    """Signs sessions and action links; `up` and `demo` make one and keep it in the instance file."""
    demo: bool = False
    """Show the sample logins and the mail page."""
    rehearsal: bool = False
    """Honour the movable clock; only ever set by `rehearse` and the tests."""
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    prefect: PrefectSettings = PrefectSettings()
    mail: MailSettings = MailSettings()
    office: OfficeSettings = OfficeSettings()
    ledger: LedgerSettings = LedgerSettings()
    upkeep: UpkeepSettings = UpkeepSettings()
    webhooks: WebhookSettings = WebhookSettings()
    login: LoginSettings = LoginSettings()
    oidc: OidcSettings = OidcSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    @property
    def public_url(self) -> str:
        return self.web.public_url.rstrip("/") or f"http://{self.web.host}:{self.web.port}"

    @property
    def prefect_pages(self) -> str:
        """Where the flow server's own pages are."""
        return (self.prefect.ui_url or self.prefect.api_url.removesuffix("/api")).rstrip("/")

    @property
    def maildir(self) -> Path:
        return self.mail.maildir or self.home / "mail"

    @property
    def second_factor_required(self) -> bool:
        """Whether those whose roles reach far need a second factor."""
        said = self.login.second_factor
        return said if said is not None else not (self.demo or self.rehearsal)

    @property
    def files(self) -> Path:
        """Where documents of cases are kept; several machines share it, or one alone serves the web."""
        return self.home / "files"

    @property
    def ledger_key_file(self) -> Path:
        return self.ledger.key_file or self.home / "ledger.key"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.office.zone)

    @property
    def instance_file(self) -> Path:
        return self.home / "instance.env"


@lru_cache
def settings() -> Settings:
    """The settings of this process: environment first, then the instance file of the data folder."""
    first = Settings()
    return Settings(_env_file=first.instance_file)  # pyright: ignore[reportCallIssue]
