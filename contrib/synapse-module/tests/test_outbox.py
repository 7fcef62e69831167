"""The queue's tables."""

import unittest

from causeway_synapse.outbox import MOST_IN_ONE, append, create_tables, forget_batch, next_batch

from .fake_api import FakeApi


class Outbox(unittest.TestCase):
    def setUp(self) -> None:
        self.txn = FakeApi().txn
        create_tables(self.txn)

    def test_tables_are_made_once(self) -> None:
        append(self.txn, "t", {}, 1)
        create_tables(self.txn)
        self.assertIsNotNone(next_batch(self.txn))

    def test_nothing_queued_is_no_batch(self) -> None:
        self.assertIsNone(next_batch(self.txn))

    def test_a_later_event_has_a_later_time_whatever_the_clock_does(self) -> None:
        for now in (1_000, 1_000, 5, 2_000):
            append(self.txn, "t", {"now": now}, now)
        batch = next_batch(self.txn)
        assert batch is not None
        self.assertEqual([event["ts"] for event in batch.events], [1_000, 1_001, 1_002, 2_000])
        self.assertEqual([event["content"]["now"] for event in batch.events], [1_000, 1_000, 5, 2_000])
        forget_batch(self.txn, batch.txn_id)
        append(self.txn, "t", {}, 7)
        batch = next_batch(self.txn)
        assert batch is not None
        self.assertEqual(batch.events[0]["ts"], 2_001)

    def test_a_begun_batch_never_changes(self) -> None:
        append(self.txn, "t", {"n": 1}, 1)
        first = next_batch(self.txn)
        append(self.txn, "t", {"n": 2}, 2)
        self.assertEqual(next_batch(self.txn), first)
        assert first is not None
        forget_batch(self.txn, first.txn_id)
        second = next_batch(self.txn)
        assert second is not None
        self.assertEqual([event["content"] for event in second.events], [{"n": 2}])
        self.assertNotEqual(second.txn_id, first.txn_id)
        # Accepted twice, as after a database that failed: takes nothing else away.
        forget_batch(self.txn, first.txn_id)
        self.assertEqual(next_batch(self.txn), second)

    def test_many_events_go_in_parts_in_their_order(self) -> None:
        count = 2 * MOST_IN_ONE + 1
        for number in range(count):
            append(self.txn, "t", {"n": number}, number)
        sizes, numbers = [], []
        while (batch := next_batch(self.txn)) is not None:
            sizes.append(len(batch.events))
            numbers += [event["content"]["n"] for event in batch.events]
            forget_batch(self.txn, batch.txn_id)
        self.assertEqual(sizes, [MOST_IN_ONE, MOST_IN_ONE, 1])
        self.assertEqual(numbers, list(range(count)))
