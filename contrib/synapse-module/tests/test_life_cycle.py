"""SYN-20: what people do through the client-server API of a real Synapse, and what the bridge is told of it."""

import hashlib
import hmac
import time
import unittest
from typing import Any

from .homeserver import Refused
from .listener import PATIENCE_S
from .postgres import missing
from .world import AS_TOKEN, HS_TOKEN, OnSynapse


class LifeCycle(OnSynapse):
    """On SQLite."""

    def test_a_life_from_registration_to_deactivation(self) -> None:
        ada = self.hs.register("ada")["user_id"]
        first = self.hs.login("ada", "PHONE")
        second = self.hs.login("ada", "LAPTOP")
        self.hs.client("POST", "/logout", {}, first)
        self.hs.client("POST", "/logout", {}, second)
        third = self.hs.login("ada", "LAPTOP")
        self.hs.with_password("/account/deactivate", "ada", third)
        self.expect(
            ada,
            ("registration",),
            ("login", "PHONE", 1),
            ("login", "LAPTOP", 2),
            ("logout", "PHONE", 1),
            ("logout", "LAPTOP", 0),
            ("login", "LAPTOP", 1),
            ("logout", "LAPTOP", 0),
            ("deactivated",),
        )
        times = [event["ts"] for event in self.bridge.accepted]
        self.assertEqual(times, sorted(set(times)))

    def test_the_device_of_a_registration_is_found_in_the_tables(self) -> None:
        made = self.hs.register("bea", inhibit_login=False, device_id="FIRST")
        self.expect(made["user_id"], ("registration",), ("login", "FIRST", 1))
        token = self.hs.login("bea", "SECOND")
        self.hs.client("POST", "/logout", {}, token)
        self.expect_nothing_but(
            made["user_id"], ("registration",), ("login", "FIRST", 1), ("login", "SECOND", 2), ("logout", "SECOND", 1)
        )

    def test_a_device_that_stays_is_not_logged_out(self) -> None:
        """Two tokens of one device, then a new password: Synapse tells that the older token is logged out."""
        cleo = self.hs.register("cleo")["user_id"]
        self.hs.login("cleo", "STAYS")
        self.hs.login("cleo", "GOES")
        token = self.hs.login("cleo", "STAYS")
        self.hs.with_password("/account/password", "cleo", token, new_password="another", logout_devices=True)
        self.expect_nothing_but(
            cleo,
            ("registration",),
            ("login", "STAYS", 1),
            ("login", "GOES", 2),
            ("login", "STAYS", 2),
            ("logout", "GOES", 1),
        )

    def test_log_out_everywhere_is_told_once_for_each_device(self) -> None:
        dora = self.hs.register("dora")["user_id"]
        token = [self.hs.login("dora", device) for device in ("A", "B", "C")][0]
        self.hs.client("POST", "/logout/all", {}, token)
        self.passes()
        events = [event["content"] for event in self.bridge.accepted if event["type"] == "m.user.logout"]
        gone = [content for content in events if content["user_id"] == dora]
        self.assertEqual(sorted(content["device_id"] for content in gone), ["A", "B", "C"])
        self.assertEqual({content["chat.causeway.devices_left"] for content in gone}, {0})
        self.assertEqual({content["soft_logout"] for content in gone}, {False})

    def test_a_deleted_device_is_logged_out(self) -> None:
        eve = self.hs.register("eve")["user_id"]
        self.hs.login("eve", "OLD")
        token = self.hs.login("eve", "NEW")
        self.hs.with_password("/delete_devices", "eve", token, devices=["OLD"])
        self.expect_nothing_but(
            eve, ("registration",), ("login", "OLD", 1), ("login", "NEW", 2), ("logout", "OLD", 1)
        )

    def test_a_dehydrated_device_is_no_session(self) -> None:
        fay = self.hs.register("fay")["user_id"]
        token = self.hs.login("fay", "REAL")
        device: dict[str, Any] = {"device_id": "DRY", "device_data": {"algorithm": "x"}, "device_keys": {}}
        device["initial_device_display_name"] = ""
        path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"
        self.hs.call("PUT", path, device, token)
        self.hs.client("POST", "/logout", {}, token)
        self.expect_nothing_but(fay, ("registration",), ("login", "REAL", 1), ("logout", "REAL", 0))

    def test_an_admin_who_acts_for_somebody_and_stops_changes_nothing(self) -> None:
        gus = self.hs.register("gus")["user_id"]
        self.hs.login("gus", "HIS")
        admin = self._admin("admin1")
        acting = self.hs.call("POST", f"/_synapse/admin/v1/users/{gus}/login", {}, admin)["access_token"]
        self.hs.client("POST", "/logout", {}, acting)
        self.expect_nothing_but(gus, ("registration",), ("login", "HIS", 1))

    def test_reactivation_is_told_as_registration(self) -> None:
        hal = self.hs.register("hal")["user_id"]
        admin = self._admin("admin2")
        self.hs.call("PUT", f"/_synapse/admin/v2/users/{hal}", {"deactivated": True}, admin)
        again = {"deactivated": False, "password": "hal-password"}
        late = time.monotonic() + PATIENCE_S
        while True:
            # A fresh Synapse 1.163 answers 500 until a background update of its database has added an index.
            try:
                self.hs.call("PUT", f"/_synapse/admin/v2/users/{hal}", again, admin)
                break
            except Refused:
                if time.monotonic() > late:
                    raise
                time.sleep(0.5)
        self.hs.login("hal", "BACK")
        self.expect(hal, ("registration",), ("deactivated",), ("registration",), ("login", "BACK", 1))

    def test_the_bridge_hears_nothing_of_its_own(self) -> None:
        who = {"type": "m.login.application_service", "inhibit_login": True}
        ghost = self.hs.client("POST", "/register", {**who, "username": "irc_ghost"}, AS_TOKEN)["user_id"]
        device = {"type": "m.login.application_service", "identifier": {"type": "m.id.user", "user": ghost}}
        self.hs.client("POST", "/login", device, AS_TOKEN)
        self.passes()
        users = {event["content"]["user_id"] for event in self.bridge.accepted}
        self.assertEqual(users & {ghost, "@ircbot:hs.test"}, set())

    def test_what_is_sent_is_a_transaction_of_msc3395(self) -> None:
        self.passes()
        for put in self.bridge.puts:
            self.assertEqual(put.authorization, f"Bearer {HS_TOKEN}")
            self.assertRegex(put.txn_id, r"^causeway-[0-9a-f]{32}$")
            self.assertEqual(set(put.body), {"events", "m.synthetic_events"})
            self.assertEqual(put.body["events"], [])
            for event in put.body["m.synthetic_events"]:
                self.assertEqual(set(event), {"type", "content", "ts"})

    def test_no_secret_is_logged(self) -> None:
        self.hs.register("ida")
        token = self.hs.login("ida", "X")
        self.hs.client("POST", "/logout", {}, token)
        self.passes()
        log = self.log()
        self.assertIn("causeway_synapse", log)
        for secret in (HS_TOKEN, AS_TOKEN, "ida-password", token):
            self.assertNotIn(secret, log)

    def test_a_refused_login_is_no_login(self) -> None:
        jo = self.hs.register("jo")["user_id"]
        who = {"identifier": {"type": "m.id.user", "user": "jo"}, "password": "wrong"}
        with self.assertRaises(Refused):
            self.hs.client("POST", "/login", {"type": "m.login.password", **who})
        self.expect_nothing_but(jo, ("registration",))

    def _admin(self, name: str) -> str:
        """Makes an admin, as `register_new_matrix_user` does, and returns a token of his."""
        nonce = self.hs.call("GET", "/_synapse/admin/v1/register")["nonce"]
        password = f"{name}-password"
        text = "\0".join([nonce, name, password, "admin"]).encode("utf-8")
        mac = hmac.new(b"shared", text, hashlib.sha1).hexdigest()
        body: dict[str, Any] = {"nonce": nonce, "username": name, "password": password, "admin": True, "mac": mac}
        return str(self.hs.call("POST", "/_synapse/admin/v1/register", body)["access_token"])


@unittest.skipIf(missing() is not None, missing() or "")
class LifeCycleOnPostgres(LifeCycle):
    """The same on PostgreSQL."""

    postgres = True


if __name__ == "__main__":
    unittest.main()
