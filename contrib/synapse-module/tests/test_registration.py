"""What the module takes from a registration file."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

from causeway_synapse.registration import Registration, parse_registration, read_registration

GOOD: dict[str, Any] = {"url": "http://b/", "hs_token": "secret", "sender_localpart": "bot", "namespaces": {}}
PREFIX = "uk.half-shot.msc3395"


class Types(unittest.TestCase):
    def test_the_list_in_each_spelling(self) -> None:
        rows: list[tuple[dict[str, Any], str, dict[str, str]]] = [
            ({}, "m.synthetic_events", {}),
            (
                {"m.synthetic_events": {"events": ["m.user.login", "m.user.deactivation", "m.user.dance", 7]}},
                "m.synthetic_events",
                {"login": "m.user.login", "deactivated": "m.user.deactivation"},
            ),
            (
                {f"{PREFIX}.synthetic_events": {"events": [f"{PREFIX}.user.logout"]}},
                f"{PREFIX}.synthetic_events",
                {"logout": f"{PREFIX}.user.logout"},
            ),
            (
                {"uk.half-shot.mscXXXX.synthetic_events": {"events": ["uk.half-shot.mscXXXX.user.registration"]}},
                "uk.half-shot.mscXXXX.synthetic_events",
                {"registration": "uk.half-shot.mscXXXX.user.registration"},
            ),
            # Several: the stable one.
            (
                {
                    f"{PREFIX}.synthetic_events": {"events": [f"{PREFIX}.user.logout"]},
                    "m.synthetic_events": {"events": ["m.user.logout", "m.user.logout"]},
                },
                "m.synthetic_events",
                {"logout": "m.user.logout"},
            ),
            ({"m.synthetic_events": {"events": "m.user.login"}}, "m.synthetic_events", {}),
            ({"m.synthetic_events": ["m.user.login"]}, "m.synthetic_events", {}),
            # In a namespace: for homeservers that implement the proposal, not for us.
            (
                {"namespaces": {"users": [{"exclusive": False, "regex": "@.*", "m.synthetic_events": {"events": []}}]}},
                "m.synthetic_events",
                {},
            ),
        ]
        for more, key, types in rows:
            with self.subTest(more):
                found = parse_registration({**GOOD, **more})
                self.assertEqual((found.list_key, found.types), (key, types))


class Own(unittest.TestCase):
    def test_the_bot_and_exclusive_namespaces_are_the_bridges_own(self) -> None:
        users = [
            {"exclusive": True, "regex": "@irc_.*"},
            {"exclusive": False, "regex": "@.*:hs"},
            {"regex": "@x.*"},
            {"exclusive": True},
            7,
        ]
        found = parse_registration({**GOOD, "namespaces": {"users": users}})
        rows = {"@irc_bob:hs": True, "@bot:hs": True, "@bot:other": False, "@ann:hs": False, "@xena:hs": False}
        for user_id, own in rows.items():
            self.assertEqual(found.owns(user_id, "hs"), own, user_id)


class Files(unittest.TestCase):
    def test_the_token_is_not_shown(self) -> None:
        self.assertNotIn("secret", repr(parse_registration(GOOD)))
        self.assertEqual(parse_registration(GOOD).hs_token, "secret")

    def test_what_is_no_registration_is_refused_without_its_text(self) -> None:
        rows: dict[str, str] = {
            "[]": "no mapping",
            "hs_token: 'secret\n  x: [": "no YAML",
            "{hs_token: secret, url: http://b}": "no sender_localpart",
            "{sender_localpart: bot}": "no hs_token",
            "{sender_localpart: bot, hs_token: secret, url: 7}": "url",
            "{sender_localpart: b, hs_token: secret, namespaces: {users: [{exclusive: true, regex: '['}]}}": "regular",
        }
        for text, why in rows.items():
            with self.subTest(text), self.assertRaisesRegex(ValueError, why) as caught:
                self._read(text)
            self.assertNotIn("secret", str(caught.exception))

    def test_a_url_of_null_is_kept_as_none(self) -> None:
        self.assertIsNone(self._read("{sender_localpart: bot, hs_token: secret, url: null}").url)
        self.assertEqual(parse_registration(GOOD).url, "http://b")

    def _read(self, text: str) -> Registration:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "registration.yaml"
            file.write_text(text, encoding="utf-8")
            return read_registration(str(file))
