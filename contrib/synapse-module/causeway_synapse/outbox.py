"""The durable queue of events, in tables of the module's own in Synapse's database."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from synapse.storage.database import LoggingTransaction
from synapse.storage.engines import PostgresEngine

# As many as Synapse puts into one transaction to an application service.
MOST_IN_ONE = 100

_TABLES = (
    # What is to be sent, oldest first. `txn_id` is set before the first try and then never changes, so that a retry,
    # also after a restart, carries the same content under the same id.
    "CREATE TABLE IF NOT EXISTS causeway_outbox"
    " (position BIGINT NOT NULL PRIMARY KEY, txn_id TEXT, event TEXT NOT NULL)",
    # The devices that the bridge was told of; `gone`: when it was told of their going (ms).
    "CREATE TABLE IF NOT EXISTS causeway_devices"
    " (user_id TEXT NOT NULL, device_id TEXT NOT NULL, gone BIGINT, PRIMARY KEY (user_id, device_id))",
    # Whose devices to look at again, and when (ms): nothing tells us of the device that a registration makes.
    "CREATE TABLE IF NOT EXISTS causeway_looks (user_id TEXT NOT NULL, due BIGINT NOT NULL)",
    # One row: the time of the latest event (ms).
    "CREATE TABLE IF NOT EXISTS causeway_clock (ts BIGINT NOT NULL)",
)


@dataclass(frozen=True)
class Batch:
    """Events under the id of their transaction; the same at each try."""

    txn_id: str
    events: list[dict[str, Any]]


def create_tables(txn: LoggingTransaction) -> None:
    """Makes the tables that are not there yet."""
    for statement in _TABLES:
        txn.execute(statement)


def take_turn(txn: LoggingTransaction) -> None:
    """Lets one transaction at a time decide and append. Must come first in it.

    Without that two processes of Synapse could append in another order than they looked. PostgreSQL takes its view of
    the tables at the first SELECT after the lock; SQLite has one connection.
    """
    if isinstance(txn.database_engine, PostgresEngine):
        txn.execute("LOCK TABLE causeway_clock IN SHARE ROW EXCLUSIVE MODE")


def append(txn: LoggingTransaction, kind: str, content: dict[str, Any], now_ms: int) -> None:
    """Puts an event at the end. Its `ts` is later than that of every earlier one, whatever the clock does, since the
    bridge goes by it.
    """
    txn.execute("SELECT MAX(ts) FROM causeway_clock")
    last = _number(txn)
    ts = max(now_ms, last + 1)
    note = "INSERT INTO causeway_clock (ts) VALUES (?)" if last == 0 else "UPDATE causeway_clock SET ts = ?"
    txn.execute(note, (ts,))
    event = json.dumps({"type": kind, "content": content, "ts": ts})
    txn.execute("SELECT MAX(position) FROM causeway_outbox")
    position = _number(txn) + 1
    txn.execute("INSERT INTO causeway_outbox (position, event) VALUES (?, ?)", (position, event))


def next_batch(txn: LoggingTransaction) -> Batch | None:
    """What to send next: the batch begun earlier, else one made of the oldest events; None when there is nothing.

    A new batch gets an id that was never used: not even a database restored from a backup can bring one back with
    other content. Synapse's own ids are numbers.
    """
    txn.execute("SELECT txn_id FROM causeway_outbox ORDER BY position LIMIT 1")
    first = txn.fetchone()
    if first is None:
        return None
    txn_id = first[0]
    if txn_id is None:
        txn_id = f"causeway-{secrets.token_hex(16)}"
        txn.execute("SELECT position FROM causeway_outbox ORDER BY position LIMIT ?", (MOST_IN_ONE,))
        last = txn.fetchall()[-1][0]
        txn.execute("UPDATE causeway_outbox SET txn_id = ? WHERE position <= ?", (txn_id, last))
    txn.execute("SELECT event FROM causeway_outbox WHERE txn_id = ? ORDER BY position", (txn_id,))
    return Batch(txn_id, [json.loads(event) for (event,) in txn.fetchall()])


def forget_batch(txn: LoggingTransaction, txn_id: str) -> None:
    """Takes away what the bridge has accepted."""
    txn.execute("DELETE FROM causeway_outbox WHERE txn_id = ?", (txn_id,))


def _number(txn: LoggingTransaction) -> int:
    row = txn.fetchone()
    return 0 if row is None or row[0] is None else int(row[0])
