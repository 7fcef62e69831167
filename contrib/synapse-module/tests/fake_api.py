"""The part of Synapse's module API that the queue and the sender use, with a clock that tests move."""

import sqlite3
from collections.abc import Callable
from typing import Any, cast

from synapse.module_api import ModuleApi
from synapse.storage.database import LoggingTransaction
from twisted.internet.defer import Deferred, ensureDeferred, fail, maybeDeferred
from twisted.internet.task import Clock

SYNAPSE_TABLES = (
    "CREATE TABLE devices (user_id TEXT, device_id TEXT, hidden BOOLEAN DEFAULT FALSE)",
    "CREATE TABLE dehydrated_devices (user_id TEXT, device_id TEXT)",
    "CREATE TABLE access_tokens (id BIGINT, user_id TEXT, device_id TEXT)",
)


class FakeApi:
    """An SQLite in memory, and a bridge that answers what `put` says."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        for statement in SYNAPSE_TABLES:
            self.connection.execute(statement)
        # Set to have the database refuse all work, or take none of it until `fire`.
        self.database_fault: Exception | None = None
        self.database_slow: Deferred[None] | None = None
        self.put: Callable[[str, Any], Any] = lambda uri, body: {}
        self.http_client = self

    @property
    def module_api(self) -> ModuleApi:
        """Itself, where the real one is asked for."""
        return cast(ModuleApi, self)

    @property
    def txn(self) -> LoggingTransaction:
        """A transaction by hand."""
        return cast(LoggingTransaction, _Txn(self.connection.cursor()))

    def run_db_interaction(self, desc: str, work: Callable[..., Any], *args: Any) -> "Deferred[Any]":
        """Runs it at once, unless told to fail or to be slow."""
        if self.database_fault:
            return fail(self.database_fault)
        if self.database_slow:
            return self.database_slow.addCallback(lambda _: work(self.txn, *args))
        return maybeDeferred(work, self.txn, *args)

    def delayed_background_call(self, ms: float, act: Callable[..., Any], *args: Any, desc: str = "") -> Any:
        """Calls on the clock."""

        def run() -> None:
            called = act(*args)
            if hasattr(called, "__await__"):
                ensureDeferred(called)

        return self.clock.callLater(ms / 1000, run)

    async def sleep(self, seconds: float) -> None:
        """Sleeps by the clock."""
        over: Deferred[None] = Deferred()
        self.clock.callLater(seconds, over.callback, None)
        await over

    async def put_json(self, uri: str, body: Any, headers: Any = None) -> Any:
        """Asks the bridge."""
        answer = self.put(uri, body)
        return await answer if isinstance(answer, Deferred) else answer


class _Txn:
    """As much of Synapse's transaction as is used."""

    database_engine = None

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.execute = cursor.execute
        self.fetchone = cursor.fetchone
        self.fetchall = cursor.fetchall
