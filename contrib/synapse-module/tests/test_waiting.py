"""What callbacks tell is written down behind nobody's back, and sent with patience."""

import logging
import unittest
from typing import Any

from causeway_synapse.inbox import Database, Inbox
from causeway_synapse.module import LifeCycleModule
from causeway_synapse.outbox import append, create_tables
from causeway_synapse.registration import parse_registration
from causeway_synapse.sender import LIMIT_MS, Sender
from synapse.api.errors import HttpResponseException
from twisted.internet.defer import Deferred, ensureDeferred

from .fake_api import FakeApi

ANSWER = b"an answer with secret text"


class Inboxes(unittest.TestCase):
    def setUp(self) -> None:
        self.api = FakeApi()
        self.stored = 0
        self.done: list[str] = []
        self.inbox = Inbox(self.api.module_api, Database(self.api.module_api), self._count)

    def _count(self) -> None:
        self.stored += 1

    def _do(self, name: str) -> "Deferred[None]":
        return ensureDeferred(self.inbox.do(lambda txn: self.done.append(name)))

    def test_who_tells_waits_until_it_is_stored(self) -> None:
        told = self._do("a")
        self.assertFalse(told.called)
        self.api.clock.advance(0)
        self.assertTrue(told.called)
        self.assertEqual((self.done, self.stored), (["a"], 1))
        self.assertEqual(self.api.clock.getDelayedCalls(), [])

    def test_a_slow_database_is_waited_for_a_second(self) -> None:
        self.api.database_slow = Deferred()
        told = self._do("a")
        self.api.clock.advance(0.9)
        self.assertFalse(told.called)
        self.api.clock.advance(0.2)
        self.assertTrue(told.called)
        slow, self.api.database_slow = self.api.database_slow, None
        slow.callback(None)
        self.assertEqual(self.done, ["a"])

    def test_a_database_that_refuses_is_asked_again_in_order_and_nobody_waits(self) -> None:
        self.api.database_fault = RuntimeError(str(ANSWER))
        with self.assertLogs("causeway_synapse", logging.ERROR) as logs:
            first = self._do("a")
            self.api.clock.advance(0)
            self.api.clock.advance(1)
            later = [self._do("b"), self._do("c")]
            self.api.clock.advance(1)
            self.assertTrue(all(told.called for told in [first, *later]))
        self.api.database_fault = None
        self.api.clock.advance(60)
        self.assertEqual(self.done, ["a", "b", "c"])
        self.assertNotIn("secret", "".join(logs.output))
        # And waits again once it is well.
        self.assertFalse(self._do("d").called)


class Senders(unittest.TestCase):
    def setUp(self) -> None:
        self.api = FakeApi()
        wish = {"events": ["m.user.login"]}
        registration = parse_registration(
            {"url": "http://b", "hs_token": "secret", "sender_localpart": "bot", "m.synthetic_events": wish}
        )
        api = self.api.module_api
        self.sender = Sender(api, Database(api), registration, now=self.api.clock.seconds)
        self.tries: list[tuple[float, str]] = []
        self.answer: Any = {}
        self.api.put = self._answer
        create_tables(self.api.txn)
        append(self.api.txn, "m.user.login", {"n": 1}, 1)

    def _answer(self, uri: str, body: Any) -> Any:
        self.tries.append((self.api.clock.seconds(), uri))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def _pass(self, seconds: int) -> None:
        for _ in range(seconds):
            ensureDeferred(self.sender.drain())
            self.api.clock.advance(1)

    def test_it_waits_twice_as_long_each_time_and_a_minute_at_most(self) -> None:
        for fault in (HttpResponseException(502, "no", ANSWER), OSError(str(ANSWER)), ValueError(str(ANSWER))):
            with self.subTest(fault), self.assertLogs("causeway_synapse", logging.WARNING) as logs:
                self.setUp()
                self.answer = fault
                self._pass(250)
                times = [when for when, _ in self.tries]
                waits = [after - before for before, after in zip(times, times[1:])]
                self.assertEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60])
                self.assertEqual(len({uri for _, uri in self.tries}), 1)
                self.assertNotIn("secret", "".join(logs.output))
                self.answer = {}
                self._pass(61)
                self._pass(61)
                self.assertEqual(len(self.tries), len(times) + 1)

    def test_a_bridge_that_says_nothing_is_given_up(self) -> None:
        self.answer = Deferred()
        self._pass(LIMIT_MS // 1000 - 1)
        self.assertFalse(self.answer.called)
        self.assertEqual(len(self.tries), 1)
        with self.assertLogs("causeway_synapse", logging.WARNING):
            self._pass(2)
        self.answer = {}
        self._pass(2)
        self.assertEqual(len(self.tries), 2)
        self.assertEqual(len({uri for _, uri in self.tries}), 1)

    def test_the_answer_of_a_database_that_fails_after_sending_is_a_repetition(self) -> None:
        def accept(uri: str, body: Any) -> Any:
            self.tries.append((0, uri))
            self.api.database_fault = RuntimeError()
            return {}

        self.api.put = accept
        with self.assertLogs("causeway_synapse", logging.WARNING):
            self._pass(1)
        self.api.database_fault = None
        self.api.put = self._answer
        self._pass(3)
        self.assertEqual(len(self.tries), 2)
        self.assertEqual(self.tries[0][1], self.tries[1][1])


class Callbacks(unittest.TestCase):
    def test_a_fault_of_our_own_never_rises_into_synapse(self) -> None:
        class Broken(FakeApi):
            server_name = "hs"

            def is_mine(self, user_id: str) -> bool:
                raise RuntimeError("broken")

        registration = parse_registration({"url": None, "hs_token": "secret", "sender_localpart": "bot"})
        with self.assertLogs("causeway_synapse", logging.WARNING):
            module = LifeCycleModule(registration, Broken().module_api)
            for call in (
                module.on_user_registration("@a:hs"),
                module.on_user_login("@a:hs", "m.login.password", None),
                module.on_logged_out("@a:hs", "D", "token"),
                module.on_user_deactivation_status_changed("@a:hs", True, False),
            ):
                called = ensureDeferred(call)
                self.assertTrue(called.called)
                self.assertIsNone(called.result)
