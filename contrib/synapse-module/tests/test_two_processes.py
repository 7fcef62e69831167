"""Two processes of Synapse that queue at once, on PostgreSQL."""

import threading
import unittest
from importlib import import_module
from typing import Any, cast

from causeway_synapse.outbox import append, create_tables, next_batch, take_turn
from synapse.storage.database import LoggingTransaction
from synapse.storage.engines import PostgresEngine

from .postgres import Postgres, missing


class _Txn:
    """As much of Synapse's transaction as is used, over a connection of its own, at Synapse's isolation level."""

    def __init__(self, port: int) -> None:
        # Only its kind is asked for.
        self.database_engine = cast(Any, object).__new__(PostgresEngine)
        psycopg2: Any = import_module("psycopg2")
        self.connection = psycopg2.connect(host="127.0.0.1", port=port, user="synapse", dbname="postgres")
        self.connection.set_isolation_level(2)
        cursor = self.connection.cursor()
        self.execute: Any = lambda sql, args=(): cursor.execute(sql.replace("?", "%s"), args)
        self.fetchone = cursor.fetchone
        self.fetchall = cursor.fetchall

    @property
    def own(self) -> LoggingTransaction:
        return cast(LoggingTransaction, self)


@unittest.skipIf(missing() is not None, missing() or "")
class TwoProcesses(unittest.TestCase):
    def test_the_second_waits_and_sees_what_the_first_queued(self) -> None:
        server = Postgres()
        self.addCleanup(server.close)
        one, two, watch = (_Txn(server.port) for _ in range(3))
        for txn in (one, two, watch):
            self.addCleanup(txn.connection.close)
        create_tables(one.own)
        one.connection.commit()

        take_turn(one.own)
        append(one.own, "t", {"by": 1}, 1_000)

        def second() -> None:
            take_turn(two.own)
            append(two.own, "t", {"by": 2}, 1)
            two.connection.commit()

        thread = threading.Thread(target=second)
        thread.start()
        watch.connection.autocommit = True
        while True:
            watch.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            if watch.fetchone()[0] == 1 or not thread.is_alive():
                break
        one.connection.commit()
        thread.join()
        batch = next_batch(one.own)
        assert batch is not None
        self.assertEqual([(event["content"]["by"], event["ts"]) for event in batch.events], [(1, 1_000), (2, 1_001)])


if __name__ == "__main__":
    unittest.main()
