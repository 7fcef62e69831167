"""The module: listens to Synapse's callbacks for registration, login, logout and deactivation."""

import logging
import time
from collections.abc import Callable
from typing import Any

from synapse.module_api import ModuleApi
from synapse.module_api.errors import ConfigError
from synapse.storage.database import LoggingTransaction

from .devices import Tell, User, any_look, due_looks
from .inbox import Database, Inbox
from .outbox import append
from .registration import Registration, read_registration
from .sender import Sender

logger = logging.getLogger(__name__)

# How often the queue and the looks are gone through unasked (ms): other processes of Synapse fill them too.
TICK_MS = 1_000


class LifeCycleModule:
    """Tells the bridge whose registration it is given about the accounts of this homeserver."""

    def __init__(self, config: Registration, api: ModuleApi) -> None:
        """`config` is what `parse_config` made."""
        self._registration = config
        self._api = api
        self._server_name = api.server_name
        self._database = Database(api)
        self._sender = Sender(api, self._database, config)
        self._inbox = Inbox(api, self._database, self._kick)
        if config.url is None or not config.types:
            lacking = "no url" if config.url is None else "no list m.synthetic_events of types at its root"
            logger.warning("nothing will be sent: the registration has %s", lacking)
            return
        logger.info("telling %s of %s", config.url, ", ".join(config.types.values()))
        api.register_account_validity_callbacks(
            on_user_registration=self.on_user_registration, on_user_login=self.on_user_login
        )
        api.register_password_auth_provider_callbacks(on_logged_out=self.on_logged_out)
        api.register_third_party_rules_callbacks(
            on_user_deactivation_status_changed=self.on_user_deactivation_status_changed
        )
        if api.should_run_background_tasks():
            api.delayed_background_call(0, self._tick, desc="causeway_start")
            api.looping_background_call(self._tick, TICK_MS, desc="causeway_tick")

    @staticmethod
    def parse_config(config: dict[str, Any]) -> Registration:
        """Reads the registration. Raises ConfigError, at which Synapse does not start, as without the file itself."""
        path = config.get("registration")
        if not isinstance(path, str) or path == "":
            raise ConfigError("causeway_synapse: `registration` must be the path of the bridge's registration file")
        try:
            return read_registration(path)
        except (OSError, ValueError) as fault:
            raise ConfigError(f"causeway_synapse: cannot use {path}: {fault}") from None

    async def on_user_registration(self, user_id: str) -> None:
        """Synapse's callback: an account was made. Its device, if any, is not there yet."""
        await self._record(user_id, User.registered)

    async def on_user_login(self, user_id: str, provider_type: str | None, provider_id: str | None = None) -> None:
        """Synapse's callback: somebody logged in; or, with `m.login.sso`, is about to get a token for it."""
        await self._record(user_id, lambda user: user.logged_in(sso=provider_type == "m.login.sso"))

    async def on_logged_out(self, user_id: str, device_id: str | None, access_token: str) -> None:
        """Synapse's callback: a token is gone, perhaps with its device. The token is not used."""
        await self._record(user_id, lambda user: user.logged_out(device_id))

    async def on_user_deactivation_status_changed(self, user_id: str, deactivated: bool, by_admin: bool) -> None:
        """Synapse's callback: an account was closed, or opened again."""
        await self._record(user_id, User.deactivated if deactivated else User.registered)

    async def _record(self, user_id: str, decide: Callable[[User], None]) -> None:
        """Queues what `decide` tells of a user, if he is ours to tell of. Never raises: that would fail his login."""
        try:
            if self._api.is_mine(user_id) and not self._registration.owns(user_id, self._server_name):
                await self._inbox.do(lambda txn: decide(User(txn, self._tell(txn), user_id, _now_ms())))
        except Exception:
            logger.exception("an event of %s was not recorded", user_id)

    def _tell(self, txn: LoggingTransaction) -> Tell:
        """Queues what the registration asks for, under the name it has there."""

        def tell(kind: str, content: dict[str, Any]) -> None:
            name = self._registration.types.get(kind)
            if name is not None:
                append(txn, name, content, _now_ms())

        return tell

    def _kick(self) -> None:
        if self._api.should_run_background_tasks():
            self._api.delayed_background_call(0, self._sender.drain, desc="causeway_send")

    async def _tick(self) -> None:
        try:
            if await self._database.run("any_look", any_look, _now_ms()):
                await self._inbox.do(lambda txn: due_looks(txn, self._tell(txn), _now_ms()))
        except Exception as fault:
            logger.warning("the database was not read (%s)", type(fault).__name__)
        await self._sender.drain()


def _now_ms() -> int:
    return int(time.time() * 1000)
