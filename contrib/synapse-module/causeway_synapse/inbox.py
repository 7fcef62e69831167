"""Writes down what callbacks tell, in their order, without failing them or holding them up."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from synapse.logging.context import PreserveLoggingContext, make_deferred_yieldable
from synapse.module_api import ModuleApi
from synapse.storage.database import LoggingTransaction
from twisted.internet.defer import Deferred

from .outbox import create_tables, take_turn
from .timer import call_later

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[LoggingTransaction], None]

# How long a person's request waits for a slow database before the work goes on behind its back (ms).
PATIENCE_MS = 1_000
LONGEST_WAIT_S = 60


class Database:
    """Synapse's database, with the module's tables in it."""

    def __init__(self, api: ModuleApi) -> None:
        self._api = api
        self._ready = False

    async def run(self, what: str, work: Callable[..., T], *args: Any) -> T:
        """Runs `work` in one database transaction, the module's tables made before. Raises what the database raises."""
        if not self._ready:
            await self._create()
            self._ready = True
        return await self._api.run_db_interaction(f"causeway_{what}", work, *args)

    async def _create(self) -> None:
        try:
            await self._api.run_db_interaction("causeway_create_tables", create_tables)
        except Exception:
            # Two processes of Synapse that start at once collide in PostgreSQL; then the other one has made them.
            await self._api.run_db_interaction("causeway_create_tables", create_tables)


class Inbox:
    """A line of work in which the first is tried until it succeeds: a deactivation never overtakes a registration."""

    def __init__(self, api: ModuleApi, database: Database, stored: Callable[[], None]) -> None:
        """`stored` is called after each piece of work."""
        self._api = api
        self._database = database
        self._stored = stored
        self._line: deque[tuple[Work, Deferred[None]]] = deque()
        self._running = False
        self._failing = False

    async def do(self, work: Work) -> None:
        """Returns when the work is in the database, or after a second, or at once while the database refuses work; the
        work is done in any case.
        """
        done: Deferred[None] = Deferred()
        self._line.append((work, done))
        if not self._running:
            self._running = True
            self._api.delayed_background_call(0, self._run, desc="causeway_record")
        if self._failing:
            return
        off = call_later(self._api, PATIENCE_MS, _fire, done)
        await make_deferred_yieldable(done)
        off()

    async def _run(self) -> None:
        while self._line:
            work, done = self._line[0]
            await self._until_stored(work)
            self._line.popleft()
            _fire(done)
            self._stored()
        self._running = False

    async def _until_stored(self, work: Work) -> None:
        wait = 1
        while True:
            try:
                await self._database.run("record", _in_turn, work)
                self._failing = False
                return
            except Exception as fault:
                self._failing = True
                # Not the fault's own text: it may quote a row.
                logger.error("the database did not take an event (%s); next try in %d s", type(fault).__name__, wait)
                await self._api.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_S)


def _in_turn(txn: LoggingTransaction, work: Work) -> None:
    take_turn(txn)
    work(txn)


def _fire(done: "Deferred[None]") -> None:
    if not done.called:
        # Whoever waits has a log context of his own.
        with PreserveLoggingContext():
            done.callback(None)
