"""Brings queued events to the bridge, in order, until it has them."""

import logging
import time
from collections.abc import Callable

from synapse.api.errors import HttpResponseException
from synapse.logging.context import make_deferred_yieldable, run_in_background
from synapse.module_api import ModuleApi

from .inbox import Database
from .outbox import Batch, forget_batch, next_batch
from .registration import Registration
from .timer import call_later

logger = logging.getLogger(__name__)

# How long a try may take (ms), and how long it is waited between two at most (s).
LIMIT_MS = 30_000
LONGEST_WAIT_S = 60


class Sender:
    """One per homeserver: the process that runs Synapse's background tasks has it."""

    def __init__(
        self, api: ModuleApi, database: Database, registration: Registration, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` tells seconds and never goes back."""
        self._api = api
        self._database = database
        self._registration = registration
        self._now = now
        self._busy = False
        self._wait = 0
        self._not_before = 0.0

    async def drain(self) -> None:
        """Sends all that is queued, or what the bridge takes; does nothing while it is at work or waits for the next
        try. Never raises.
        """
        if self._busy or self._now() < self._not_before:
            return
        self._busy = True
        try:
            while (batch := await self._database.run("next_batch", next_batch)) is not None:
                await self._put(batch)
                await self._database.run("forget_batch", forget_batch, batch.txn_id)
                if self._wait > 0:
                    logger.info("the bridge takes events again")
                self._wait = 0
        except Exception as fault:
            self._wait = min(max(self._wait * 2, 1), LONGEST_WAIT_S)
            self._not_before = self._now() + self._wait
            logger.warning("the bridge did not take events (%s); next try in %d s", _reason(fault), self._wait)
        finally:
            self._busy = False

    async def _put(self, batch: Batch) -> None:
        sending = run_in_background(
            self._api.http_client.put_json,
            f"{self._registration.url}/_matrix/app/v1/transactions/{batch.txn_id}",
            {"events": [], self._registration.list_key: batch.events},
            headers={b"Authorization": [b"Bearer " + self._registration.hs_token.encode("utf-8")]},
        )
        # Synapse's client does not limit how long it reads an answer.
        off = call_later(self._api, LIMIT_MS, sending.cancel)
        try:
            await make_deferred_yieldable(sending)
        finally:
            off()


def _reason(fault: Exception) -> str:
    """What may be logged of a failure: never its text, which may quote an answer or a row."""
    return f"answered {fault.code}" if isinstance(fault, HttpResponseException) else type(fault).__name__
