"""SYN-20: the bridge refuses or hangs, Synapse restarts or is killed: each event comes, in order, under one id."""

import unittest
from concurrent.futures import ThreadPoolExecutor

from .postgres import missing
from .world import OnSynapse, told


class Faults(OnSynapse):
    """On SQLite."""

    def tearDown(self) -> None:
        self.bridge.answer = 200

    def test_a_refused_transaction_comes_again_the_same(self) -> None:
        self.bridge.answer = 502
        already = len(self.bridge.puts)
        kim = self.hs.register("kim")["user_id"]
        tries = self.bridge.puts
        self.bridge.wait("a first try", lambda: len(tries) > already)
        token = self.hs.login("kim", "D")
        self.hs.client("POST", "/logout", {}, token)
        self.bridge.wait("a third try", lambda: len(tries) > already + 2)
        self.bridge.answer = 200
        self.expect(kim, ("registration",), ("login", "D", 1), ("logout", "D", 0))
        first = tries[already]
        again = [put for put in tries if put.txn_id == first.txn_id]
        self.assertGreaterEqual(len(again), 3)
        self.assertEqual([put.body for put in again], [first.body] * len(again))
        self.assertEqual([put.status for put in again], [502] * (len(again) - 1) + [200])

    def test_the_queue_outlives_synapse(self) -> None:
        """Synapse is stopped with a transaction under way, and killed with more behind it."""
        self.bridge.answer = 502
        already = len(self.bridge.puts)
        mia = self.hs.register("mia")["user_id"]
        self.bridge.wait("a first try", lambda: len(self.bridge.puts) > already)
        self.hs.stop()
        self.hs.start()
        token = self.hs.login("mia", "D")
        self.hs.stop(kill=True)
        self.hs.start()
        self.hs.client("POST", "/logout", {}, token)
        self.bridge.answer = 200
        self.expect(mia, ("registration",), ("login", "D", 1), ("logout", "D", 0))
        first = self.bridge.puts[already]
        again = [put for put in self.bridge.puts if put.txn_id == first.txn_id]
        self.assertEqual([put.body for put in again], [first.body] * len(again))
        self.assertEqual(again[-1].status, 200)

    def test_an_id_never_comes_back_with_other_content(self) -> None:
        """The queue runs empty each time, so that the database gives its row numbers out again."""
        for number in range(5):
            user_id = self.hs.register(f"nia{number}")["user_id"]
            self.expect(user_id, ("registration",))
        contents = {(put.txn_id, repr(put.body)) for put in self.bridge.puts}
        self.assertEqual(len(contents), len({txn_id for txn_id, _ in contents}))

    def test_a_registration_whose_device_was_not_looked_for_yet_is_made_good_after_a_kill(self) -> None:
        made = self.hs.register("ole", inhibit_login=False, device_id="FIRST")
        self.hs.stop(kill=True)
        self.hs.start()
        self.expect(made["user_id"], ("registration",), ("login", "FIRST", 1))

    def test_many_people_at_once_come_in_the_order_of_each(self) -> None:
        def life(name: str) -> str:
            user_id = self.hs.register(name)["user_id"]
            tokens = [self.hs.login(name, device) for device in ("A", "B")]
            for token in tokens:
                self.hs.client("POST", "/logout", {}, token)
            return str(user_id)

        with ThreadPoolExecutor(8) as pool:
            users = list(pool.map(life, [f"many{number}" for number in range(40)]))
        life_of_each = [("registration",), ("login", "A"), ("login", "B"), ("logout", "A"), ("logout", "B")]
        self.passes()
        for user_id in users:
            events = told(self.bridge.accepted, user_id)
            # The look after a registration may fall between a login's device and its callback: it is told twice then.
            once = [event for number, event in enumerate(events) if events[number - 1 : number] != [event]]
            # A slow database writes down what people have gone past already: then it counts what is left by now.
            self.assertEqual([event[:2] for event in once], life_of_each)
            self.assertEqual(once[-1][2], 0)
        times = [event["ts"] for event in self.bridge.accepted]
        self.assertEqual(times, sorted(set(times)))


@unittest.skipIf(missing() is not None, missing() or "")
class FaultsOnPostgres(Faults):
    """The same on PostgreSQL."""

    postgres = True


class Hanging(OnSynapse):
    """The bridge takes a transaction and does not answer."""

    def test_nothing_waits_for_a_bridge_that_hangs(self) -> None:
        """Everything is answered while the bridge holds the first transaction open."""
        self.bridge.answer = "hang"
        already = len(self.bridge.puts)
        leo = self.hs.register("leo")["user_id"]
        self.bridge.wait("the transaction that hangs", lambda: len(self.bridge.puts) > already)
        token = self.hs.login("leo", "D")
        self.hs.client("POST", "/logout", {}, token)
        self.assertEqual([put.status for put in self.bridge.puts[already:]], [0])
        self.bridge.answer = 200
        # The first try is given up after half a minute.
        self.expect(leo, ("registration",), ("login", "D", 1), ("logout", "D", 0))
        self.assertEqual(self.bridge.puts[already].txn_id, self.bridge.puts[already + 1].txn_id)


class OnAnOldServer(OnSynapse):
    """The module comes to a server that has people with devices already."""

    module_at_first = False

    def test_the_devices_of_before_are_told_before_a_logout(self) -> None:
        pam = self.hs.register("pam")["user_id"]
        tokens = {device: self.hs.login("pam", device) for device in ("A", "B", "C")}
        self.hs.stop()
        self.hs.write(module=True)
        self.hs.start()
        self.hs.client("POST", "/logout", {}, tokens["A"])
        self.expect(pam, ("login", "B", 2), ("login", "C", 2), ("logout", "A", 2))
        self.hs.client("POST", "/logout", {}, tokens["B"])
        self.hs.client("POST", "/logout", {}, tokens["C"])
        self.expect(
            pam, ("login", "B", 2), ("login", "C", 2), ("logout", "A", 2), ("logout", "B", 1), ("logout", "C", 0)
        )


class WithoutList(OnSynapse):
    """A registration that does not ask for events."""

    root = {"m.synthetic_events": None}

    def test_it_says_so_and_sends_nothing(self) -> None:
        self.hs.register("quin")
        token = self.hs.login("quin", "A")
        self.hs.client("POST", "/logout", {}, token)
        self.assertIn("nothing will be sent: the registration has no list m.synthetic_events", self.log())
        self.assertEqual(self.bridge.puts, [])


class WithPrefix(OnSynapse):
    """A registration that asks for two of the types, by their unstable names."""

    PREFIX = "uk.half-shot.msc3395"
    root = {
        "m.synthetic_events": None,
        f"{PREFIX}.synthetic_events": {"events": [f"{PREFIX}.user.login", f"{PREFIX}.user.deactivation"]},
    }

    def test_only_these_are_sent_by_these_names(self) -> None:
        self.bridge.list_key = f"{self.PREFIX}.synthetic_events"
        rob = self.hs.register("rob")["user_id"]
        token = self.hs.login("rob", "A")
        self.hs.with_password("/account/deactivate", "rob", token)
        self.bridge.wait("both", lambda: len(told(self.bridge.accepted, rob)) >= 2)
        names = [event["type"] for event in self.bridge.accepted]
        self.assertEqual(names, [f"{self.PREFIX}.user.login", f"{self.PREFIX}.user.deactivation"])


if __name__ == "__main__":
    unittest.main()
