"""What the tests on a real Synapse share: one Synapse with the module and one listener for a whole class of tests."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from .homeserver import Homeserver
from .listener import Listener
from .postgres import Postgres

TYPES = ["m.user.registration", "m.user.login", "m.user.logout", "m.user.deactivated"]
HS_TOKEN = "hs-token-of-the-bridge"
AS_TOKEN = "as-token-of-the-bridge"


def registration(port: int, **root: Any) -> dict[str, Any]:
    """The bridge's registration; JSON is YAML."""
    return {
        "id": "irc",
        "url": f"http://127.0.0.1:{port}",
        "as_token": AS_TOKEN,
        "hs_token": HS_TOKEN,
        "sender_localpart": "ircbot",
        "rate_limited": False,
        "namespaces": {"users": [{"exclusive": True, "regex": "@irc_.*:hs\\.test"}], "aliases": [], "rooms": []},
        "m.synthetic_events": {"events": TYPES},
        **root,
    }


def told(events: list[dict[str, Any]], user_id: str) -> list[tuple[Any, ...]]:
    """The events of a user in short: type without prefix, then device and devices left if there are any."""
    found: list[tuple[Any, ...]] = []
    for event in events:
        content = event["content"]
        if content["user_id"] == user_id:
            more = [content[key] for key in ("device_id", "chat.causeway.devices_left") if key in content]
            found.append((event["type"].rsplit(".", 1)[1], *more))
    return found


class OnSynapse(unittest.TestCase):
    """A class of tests with people of their own on one Synapse. `postgres` chooses the database."""

    postgres: ClassVar[bool] = False
    module_at_first: ClassVar[bool] = True
    root: ClassVar[dict[str, Any]] = {}

    hs: ClassVar[Homeserver]
    bridge: ClassVar[Listener]
    directory: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="causeway-module-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.bridge = Listener()
        cls.addClassCleanup(cls.bridge.close)
        file = cls.directory / "registration.yaml"
        file.write_text(json.dumps(registration(cls.bridge.port, **cls.root)), encoding="utf-8")
        database = None
        if cls.postgres:
            server = Postgres()
            cls.addClassCleanup(server.close)
            database = server.synapse
        cls.hs = Homeserver(cls.directory, [file], database)
        cls.hs.write(module=cls.module_at_first)
        cls.addClassCleanup(cls.hs.stop)
        cls.hs.start()

    def expect(self, user_id: str, *wanted: tuple[Any, ...]) -> None:
        """Waits until exactly these events of a user have come, in this order."""
        self.bridge.wait(
            f"{len(wanted)} events of {user_id}", lambda: len(told(self.bridge.accepted, user_id)) >= len(wanted)
        )
        self.assertEqual(told(self.bridge.accepted, user_id), list(wanted))

    def expect_nothing_but(self, user_id: str, *wanted: tuple[Any, ...]) -> None:
        """The same, and that nothing else was queued before: somebody who registers now comes through as well."""
        self.passes()
        self.assertEqual(told(self.bridge.accepted, user_id), list(wanted))

    def passes(self) -> None:
        """Waits until all that was queued so far has come: somebody registers, and is told of."""
        name = f"passer{len(self.bridge.puts)}-{self._testMethodName.lower()}"[:60]
        user_id = str(self.hs.register(name)["user_id"])
        self.bridge.wait(f"{user_id} passes", lambda: told(self.bridge.accepted, user_id) != [])

    def log(self) -> str:
        """What Synapse has logged so far."""
        return self.hs.log.read_text(encoding="utf-8")
