"""A PostgreSQL database in which several machines keep one study: its address, its locks, and who is alive."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

import sqlalchemy
from optuna.exceptions import StorageInternalError
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rnnlab.errors import CallError, StoreError
from rnnlab.track.uri import mask_password

BEAT = 10.0  # seconds between two signs of life
MISSED = 60.0  # seconds without one after which a machine is taken for dead
ABANDONED = "60s"  # a lock whose holder says nothing for so long is taken away
SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_CREATE = """
CREATE TABLE IF NOT EXISTS rnnlab_machines (
  study TEXT NOT NULL, machine TEXT NOT NULL, host TEXT NOT NULL,
  beat TIMESTAMPTZ NOT NULL, has_left BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (study, machine)
)"""
_JOIN = "INSERT INTO rnnlab_machines VALUES (:study, :machine, :host, clock_timestamp(), FALSE)"
_BEAT = "UPDATE rnnlab_machines SET beat = clock_timestamp() WHERE study = :study AND machine = :machine"
_LEAVE = "UPDATE rnnlab_machines SET has_left = TRUE WHERE study = :study AND machine = :machine"
_ALIVE = """
SELECT machine, host FROM rnnlab_machines WHERE study = :study AND NOT has_left
AND beat > clock_timestamp() - make_interval(secs => :missed)"""


def parse_storage(address: str) -> URL:
    """Return the address of a database, as SQLAlchemy takes it.

    Raises:
        CallError: it is none of PostgreSQL, or has a password in it.
    """
    scheme, _, rest = address.partition("://")
    if scheme not in SCHEMES or not rest:
        raise CallError("`--storage` takes a PostgreSQL database: postgresql://USER@HOST/DATABASE")
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as error:
        raise CallError(f"`--storage` cannot be read: {mask_password(address)}") from error
    secrets = [key for key, _ in parse_qsl(rest.partition("?")[2]) if "password" in key.lower()]
    if url.password is not None or secrets:
        raise CallError("leave the password out of `--storage`: give it as PGPASSWORD, or in ~/.pgpass (PGPASSFILE)")
    return url


class Database:
    """A study's database, with the locks under which its machines ask and tell.

    Args:
        url: of `parse_storage`.
        study: its name.
    """

    def __init__(self, url: URL, study: str) -> None:
        self.url = url
        self.study = study
        self.machine = uuid.uuid4().hex
        self._engine = sqlalchemy.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        self._gone = threading.Event()

    @property
    def address(self) -> str:
        """Return its address."""
        return str(self.url.set(drivername="postgresql"))

    @contextmanager
    def locked(self, name: str | None = None) -> Iterator[None]:
        """Be the only machine that does so: with the study, or with what is named."""
        digest = hashlib.sha256(f"rnnlab/{name or self.study}".encode()).digest()
        with self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{ABANDONED}'"))
            key = int.from_bytes(digest[:8], "big", signed=True)
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            yield

    def prepare(self) -> None:
        """Make the table of machines where there is none."""
        try:
            with self.locked("machines"), self._engine.begin() as connection:
                connection.execute(text(_CREATE))
        finally:
            self._engine.dispose()  # of its connections; more are made as they are needed

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be one of the study's machines: give signs of life until it is left."""
        own = {"study": self.study, "machine": self.machine}
        self.prepare()
        with self._engine.begin() as connection:
            connection.execute(text(_JOIN), own | {"host": socket.gethostname()})
        thread = threading.Thread(target=self._beat, args=(own,), name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._gone.set()
            thread.join(timeout=BEAT)
            self._say(_LEAVE, own)
            self._engine.dispose()

    def alive(self) -> dict[str, str]:
        """Return the machines that gave a sign of life lately, by the database's clock, and their hosts."""
        with self._engine.begin() as connection:
            rows = connection.execute(text(_ALIVE), {"study": self.study, "missed": MISSED})
            return {machine: host for machine, host in rows}

    def _beat(self, own: dict[str, str]) -> None:
        while not self._gone.wait(BEAT):
            self._say(_BEAT, own)

    def _say(self, statement: str, own: dict[str, str]) -> None:
        """Write a sign; one that cannot be written is missed, which the others judge."""
        try:
            with self._engine.begin() as connection:
                connection.execute(text(statement), own)
        except SQLAlchemyError:
            return


@contextmanager
def reported_database(url: URL | None) -> Iterator[None]:
    """Turn what the database's driver raises into an error for the person.

    Raises:
        StoreError: the database cannot be reached, read or written.
    """
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        inner = error.__cause__ if isinstance(error, StorageInternalError) else error
        cause = (inner and inner.__cause__) or inner or error
        first = mask_password(str(cause).strip()).split("\n", maxsplit=1)[0]
        secret = os.environ.get("PGPASSWORD")
        first = first.replace(secret, "***") if secret else first
        raise StoreError(f"the database {url.host if url else ''} cannot be used: {first}") from None
