"""Reads from the bridge's registration file where it listens, what it wants to hear, and who is its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

# Where the list of types stands at the root of a registration, and the events in a transaction: MSC3395, its prefixes.
LIST_KEYS = (
    "m.synthetic_events",
    "uk.half-shot.msc3395.synthetic_events",
    "uk.half-shot.mscXXXX.synthetic_events",
)

REGISTRATION = "registration"
LOGIN = "login"
LOGOUT = "logout"
DEACTIVATED = "deactivated"

_TYPE = re.compile(
    r"(?:m|uk\.half-shot\.msc(?:3395|XXXX))\.user\.(registration|login|logout|deactivated|deactivation)"
)


@dataclass(frozen=True)
class Registration:
    """What the module needs of a registration."""

    # Where the bridge listens, without a slash at the end; None when it wants nothing.
    url: str | None
    # Stays out of `repr`, and with that out of logs.
    hs_token: str = field(repr=False)
    sender_localpart: str
    # The user namespaces that only the bridge may use.
    exclusive: tuple[re.Pattern[str], ...]
    # The key under which the list was found, which is also the one that events are sent under.
    list_key: str
    # The wanted ones of the four kinds above, each with the type's name as the bridge spells it.
    types: Mapping[str, str]

    def owns(self, user_id: str, server_name: str) -> bool:
        """Whether a user is the bridge's own: its bot, or in an exclusive namespace (matched as Synapse does)."""
        bot = f"@{self.sender_localpart}:{server_name}"
        return user_id == bot or any(one.match(user_id) for one in self.exclusive)


def read_registration(path: str) -> Registration:
    """Reads a registration file. Raises OSError or ValueError, without any of the file's text."""
    with open(path, encoding="utf-8") as file:
        try:
            document = yaml.safe_load(file)
        except yaml.YAMLError:
            # The parser's message quotes lines of the file, which may hold tokens.
            raise ValueError("it is no YAML") from None
    return parse_registration(document)


def parse_registration(document: Any) -> Registration:
    """Takes what a registration file holds. Raises ValueError when it is no registration."""
    if not isinstance(document, dict):
        raise ValueError("it is no mapping")
    url = document.get("url")
    if not isinstance(url, (str, type(None))):
        raise ValueError("its url is no text")
    list_key, types = _wanted(document)
    return Registration(
        url=url.rstrip("/") if url else None,
        hs_token=_text(document, "hs_token"),
        sender_localpart=_text(document, "sender_localpart"),
        exclusive=_exclusive(document),
        list_key=list_key,
        types=types,
    )


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or value == "":
        raise ValueError(f"it has no {key}")
    return value


def _wanted(document: dict[str, Any]) -> tuple[str, dict[str, str]]:
    for key in LIST_KEYS:
        wish = document.get(key)
        listed = wish.get("events") if isinstance(wish, dict) else None
        types: dict[str, str] = {}
        for name in listed if isinstance(listed, list) else []:
            found = _TYPE.fullmatch(name) if isinstance(name, str) else None
            if found:
                kind = DEACTIVATED if found[1] == "deactivation" else found[1]
                types.setdefault(kind, name)
        if types:
            return key, types
    return LIST_KEYS[0], {}


def _exclusive(document: dict[str, Any]) -> tuple[re.Pattern[str], ...]:
    namespaces = document.get("namespaces")
    users = namespaces.get("users") if isinstance(namespaces, dict) else None
    found = []
    for space in users if isinstance(users, list) else []:
        if isinstance(space, dict) and space.get("exclusive") and isinstance(space.get("regex"), str):
            try:
                found.append(re.compile(space["regex"]))
            except re.error:
                raise ValueError("a user namespace is no regular expression") from None
    return tuple(found)
