"""One call, later, that can be called off."""

from collections.abc import Callable
from typing import Any, cast

from synapse.module_api import ModuleApi


def call_later(api: ModuleApi, ms: int, act: Callable[..., object], *args: object) -> Callable[[], None]:
    """Calls `act` after `ms` milliseconds. Returns what calls it off; that may be called at any time."""
    # Twisted declares it as an interface without `self`, which type checkers cannot read.
    call = cast(Any, api.delayed_background_call(ms, act, *args, desc="causeway_timer"))

    def off() -> None:
        if call.active():
            call.cancel()

    return off
