"""Decides what to tell of a user, by what is left in Synapse's own tables.

Synapse's callbacks are coarser than MSC3395: a login names no device, a registration that logs in fires no login, and
"logged out" is told for each token, also for a device that stays logged in. So each callback is taken as a reason to
look.
"""

from collections.abc import Callable
from typing import Any

from synapse.storage.database import LoggingTransaction

from .registration import DEACTIVATED, LOGIN, LOGOUT, REGISTRATION

# How many devices the user has when the event is queued. Ours, no part of MSC3395: 0 says that the last one is gone.
DEVICES_LEFT = "chat.causeway.devices_left"

# When to look for the device that comes with a registration (ms): Synapse makes it right after the callback.
LOOK_AFTER_MS = (1_000, 15_000)

# How long it is remembered that a device was told as gone (ms): each of its tokens fires a callback of its own.
REMEMBER_GONE_MS = 3_600_000

# Takes one of the four kinds and the content.
Tell = Callable[[str, dict[str, Any]], None]


class User:
    """Somebody in one database transaction. Each method answers one reason to look."""

    def __init__(self, txn: LoggingTransaction, tell: Tell, user_id: str, now_ms: int) -> None:
        self._txn = txn
        self._tell = tell
        self._id = user_id
        self._now = now_ms

    def registered(self) -> None:
        """He is new, or came back after deactivation."""
        self._tell(REGISTRATION, {"user_id": self._id})
        for later in LOOK_AFTER_MS:
            self._txn.execute("INSERT INTO causeway_looks (user_id, due) VALUES (?, ?)", (self._id, self._now + later))

    def logged_in(self, sso: bool) -> None:
        """He logged in: tells the devices that are new, or else, when it was one that we know, that one again.

        With `sso` the device comes later, with the token login that ends single sign-on and fires again. When a look
        has just found the device before its callback came, it is told twice, which means the same.
        """
        if self.look() or sso:
            return
        here = self._present()
        self._txn.execute(
            "SELECT device_id FROM access_tokens WHERE user_id = ? AND device_id IS NOT NULL ORDER BY id DESC LIMIT 1",
            (self._id,),
        )
        newest = self._txn.fetchone()
        if newest is not None and newest[0] in here:
            self._tell(LOGIN, self._content(newest[0], len(here)))

    def logged_out(self, device_id: str | None) -> None:
        """A token of his is gone. That is a logout only when its device is gone too, and was not told as gone before.

        Of a token without a device (an admin's, who acts for him) there is nothing to tell; and a logout that names no
        device would mean all of them.
        """
        here = self._present()
        self._tell_new(here)
        if device_id is None or device_id in here:
            return
        self._txn.execute(
            "SELECT 1 FROM causeway_devices WHERE user_id = ? AND device_id = ? AND gone IS NOT NULL",
            (self._id, device_id),
        )
        if self._txn.fetchone() is None:
            self._tell_gone(device_id, len(here))

    def deactivated(self) -> None:
        """His account is closed: nothing about his devices is kept or looked for any more."""
        self._txn.execute("DELETE FROM causeway_devices WHERE user_id = ?", (self._id,))
        self._txn.execute("DELETE FROM causeway_looks WHERE user_id = ?", (self._id,))
        self._tell(DEACTIVATED, {"user_id": self._id})

    def look(self) -> bool:
        """Tells the devices that came without an event, then those that went. Says whether any came."""
        here = self._present()
        came = self._tell_new(here)
        for device_id in sorted(self._told() - here):
            self._tell_gone(device_id, len(here))
        return came

    def _tell_new(self, here: set[str]) -> bool:
        new = sorted(here - self._told())
        for device_id in new:
            self._keep(device_id, None)
            self._tell(LOGIN, self._content(device_id, len(here)))
        return new != []

    def _tell_gone(self, device_id: str, left: int) -> None:
        self._keep(device_id, self._now)
        self._tell(LOGOUT, {**self._content(device_id, left), "soft_logout": False})

    def _present(self) -> set[str]:
        """His devices. Hidden rows are cross-signing keys; a dehydrated device is nobody's session."""
        self._txn.execute(
            "SELECT device_id FROM devices WHERE user_id = ? AND hidden = ?"
            " AND device_id NOT IN (SELECT device_id FROM dehydrated_devices WHERE user_id = ?)",
            (self._id, False, self._id),
        )
        return {row[0] for row in self._txn.fetchall()}

    def _told(self) -> set[str]:
        self._txn.execute("SELECT device_id FROM causeway_devices WHERE user_id = ? AND gone IS NULL", (self._id,))
        return {row[0] for row in self._txn.fetchall()}

    def _keep(self, device_id: str, gone: int | None) -> None:
        """Notes what was told of a device last, and forgets his that went long ago."""
        self._txn.execute(
            "DELETE FROM causeway_devices WHERE user_id = ? AND (device_id = ? OR gone < ?)",
            (self._id, device_id, self._now - REMEMBER_GONE_MS),
        )
        self._txn.execute(
            "INSERT INTO causeway_devices (user_id, device_id, gone) VALUES (?, ?, ?)", (self._id, device_id, gone)
        )

    def _content(self, device_id: str, left: int) -> dict[str, Any]:
        return {"user_id": self._id, "device_id": device_id, DEVICES_LEFT: left}


def any_look(txn: LoggingTransaction, now_ms: int) -> bool:
    """Whether a look is due."""
    txn.execute("SELECT 1 FROM causeway_looks WHERE due <= ? LIMIT 1", (now_ms,))
    return txn.fetchone() is not None


def due_looks(txn: LoggingTransaction, tell: Tell, now_ms: int) -> None:
    """Looks at everybody whose time has come."""
    txn.execute("SELECT DISTINCT user_id FROM causeway_looks WHERE due <= ?", (now_ms,))
    for user_id in sorted(row[0] for row in txn.fetchall()):
        User(txn, tell, user_id, now_ms).look()
    txn.execute("DELETE FROM causeway_looks WHERE due <= ?", (now_ms,))
