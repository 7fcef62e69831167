"""What is told, by what stands in Synapse's tables when a callback comes."""

import unittest
from typing import Any

from causeway_synapse.devices import DEVICES_LEFT, REMEMBER_GONE_MS, User, any_look, due_looks
from causeway_synapse.outbox import create_tables

from .fake_api import FakeApi

ANN = "@ann:hs"


class Devices(unittest.TestCase):
    def setUp(self) -> None:
        self.txn = FakeApi().txn
        create_tables(self.txn)
        self.told: list[tuple[Any, ...]] = []

    def tell(self, kind: str, content: dict[str, Any]) -> None:
        more = [content[key] for key in ("device_id", DEVICES_LEFT) if key in content]
        self.told.append((kind, *more))

    def ann(self, now: int = 0) -> User:
        return User(self.txn, self.tell, ANN, now)

    def has(self, *names: str, hidden: tuple[str, ...] = ()) -> None:
        """Makes these Ann's devices; each has a token, the last one the newest."""
        self.txn.execute("DELETE FROM devices")
        self.txn.execute("DELETE FROM access_tokens")
        for number, name in enumerate(names):
            self.txn.execute("INSERT INTO devices VALUES (?, ?, ?)", (ANN, name, name in hidden))
            self.txn.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (number, ANN, name))

    def test_a_login_with_single_sign_on_is_told_when_its_token_comes(self) -> None:
        self.has("A")
        self.ann().logged_in(sso=False)
        self.ann().logged_in(sso=True)
        self.has("A", "B")
        self.ann().logged_in(sso=False)
        self.assertEqual(self.told, [("login", "A", 1), ("login", "B", 2)])

    def test_a_login_on_a_known_device_is_told_again(self) -> None:
        self.has("A", "B")
        self.ann().logged_in(sso=False)
        self.has("B", "A")
        self.ann().logged_in(sso=False)
        self.assertEqual(self.told, [("login", "A", 2), ("login", "B", 2), ("login", "A", 2)])

    def test_a_login_that_is_over_when_we_look_is_not_told(self) -> None:
        self.has()
        self.ann().logged_in(sso=False)
        self.txn.execute("INSERT INTO access_tokens VALUES (1, ?, 'A')", (ANN,))
        self.ann().logged_in(sso=False)
        self.assertEqual(self.told, [])

    def test_cross_signing_keys_are_no_devices(self) -> None:
        self.has("A", "key", hidden=("key",))
        self.ann().logged_in(sso=False)
        self.has("key", hidden=("key",))
        self.ann().logged_out("A")
        self.assertEqual(self.told, [("login", "A", 1), ("logout", "A", 0)])

    def test_a_token_without_a_device_logs_nobody_out(self) -> None:
        self.has()
        self.ann().logged_out(None)
        self.assertEqual(self.told, [])

    def test_a_look_tells_who_came_and_who_went_unheard(self) -> None:
        self.has("A")
        self.ann().look()
        self.has("B")
        self.ann().look()
        self.ann().look()
        self.assertEqual(self.told, [("login", "A", 1), ("login", "B", 1), ("logout", "A", 1)])

    def test_looks_come_when_they_are_due_and_not_after_deactivation(self) -> None:
        self.ann(0).registered()
        self.has("A")
        for now, due in ((999, False), (1_000, True), (1_001, False), (15_000, True), (99_000, False)):
            self.assertEqual(any_look(self.txn, now), due, now)
            due_looks(self.txn, self.tell, now)
        self.assertEqual(self.told, [("registration",), ("login", "A", 1)])
        self.ann(100_000).registered()
        self.ann().deactivated()
        self.assertFalse(any_look(self.txn, 999_000))
        self.assertEqual(self.told[2:], [("registration",), ("deactivated",)])

    def test_after_deactivation_its_devices_are_new_again(self) -> None:
        self.has("A")
        self.ann().look()
        self.ann().deactivated()
        self.ann().look()
        self.assertEqual(self.told, [("login", "A", 1), ("deactivated",), ("login", "A", 1)])

    def test_a_device_with_two_tokens_goes_once(self) -> None:
        self.has("A")
        self.ann().look()
        self.has()
        self.ann().logged_out("A")
        self.ann().logged_out("A")
        self.assertEqual(self.told, [("login", "A", 1), ("logout", "A", 0)])

    def test_what_a_look_found_gone_goes_once_and_may_come_again(self) -> None:
        self.has("A")
        self.ann().look()
        self.has()
        self.ann().look()
        self.ann().logged_out("A")
        self.has("A")
        self.ann().logged_in(sso=False)
        self.has()
        self.ann().logged_out("A")
        self.assertEqual(self.told, [("login", "A", 1), ("logout", "A", 0)] * 2)

    def test_a_device_that_was_never_told_is_told_when_it_goes(self) -> None:
        self.has("B")
        self.ann().logged_out("A")
        self.assertEqual(self.told, [("login", "B", 1), ("logout", "A", 1)])

    def test_devices_that_went_long_ago_are_forgotten(self) -> None:
        self.ann(1).logged_out("A")
        self.ann(2).logged_out("B")
        self.ann(2 + REMEMBER_GONE_MS).logged_out("C")
        self.txn.execute("SELECT device_id FROM causeway_devices ORDER BY device_id")
        self.assertEqual(self.txn.fetchall(), [("B",), ("C",)])
