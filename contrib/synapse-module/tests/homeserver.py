"""A real Synapse with the module, on loopback, and people who use it through the ordinary client-server API."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = (Path(__file__).parent / "homeserver.yaml").read_text(encoding="utf-8")
START_S = 120


class Refused(Exception):
    """An answer that was no success."""


class Homeserver:
    """A Synapse process in a directory; `database` is its `database` section, as JSON."""

    def __init__(self, directory: Path, registrations: list[Path], database: str | None = None) -> None:
        """The first registration is the bridge's."""
        self.directory = directory
        self.port = free_port()
        self.log = directory / "homeserver.log"
        self._process: subprocess.Popen[bytes] | None = None
        sqlite = json.dumps({"name": "sqlite3", "args": {"database": str(directory / "homeserver.db")}})
        self._config = directory / "homeserver.yaml"
        self._text = (
            TEMPLATE.replace("@PORT@", str(self.port))
            .replace("@DIR@", str(directory))
            .replace("@DATABASE@", database or sqlite)
            .replace("@REGISTRATIONS@", json.dumps([str(path) for path in registrations]))
            .replace("@REGISTRATION@", str(registrations[0]))
        )
        self.write(module=True)
        (directory / "log.yaml").write_text(
            "version: 1\ndisable_existing_loggers: false\n"
            "formatters: {f: {format: '%(levelname)s %(name)s %(message)s'}}\n"
            f"handlers: {{f: {{class: logging.FileHandler, formatter: f, filename: '{self.log}'}}}}\n"
            "loggers: {causeway_synapse: {level: DEBUG}}\n"
            "root: {level: INFO, handlers: [f]}\n",
            encoding="utf-8",
        )

    def write(self, module: bool) -> None:
        """Writes the configuration, with the module or without it."""
        text = self._text if module else self._text.split("modules:")[0]
        self._config.write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Returns when it answers; raises with the end of its output when it does not start."""
        out = self.directory / "synapse.out"
        with out.open("ab") as file:
            command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._config)]
            if not (self.directory / "signing.key").exists():
                subprocess.run([*command, "--generate-keys"], check=True, stdout=file, stderr=file, env=_environment())
            self._process = subprocess.Popen(command, stdout=file, stderr=file, env=_environment())
        late = time.monotonic() + START_S
        while time.monotonic() < late and self._process.poll() is None:
            try:
                self.call("GET", "/_matrix/client/versions")
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("Synapse did not start: " + out.read_text(encoding="utf-8")[-2000:])

    def stop(self, kill: bool = False) -> None:
        """Ends it; with `kill`, without a chance to tidy up."""
        process, self._process = self._process, None
        if process is not None:
            process.kill() if kill else process.terminate()
            process.wait()

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """Asks Synapse anything. Raises Refused at an answer that is no success, OSError without one."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as fault:
            raise Refused(f"{method} {path}: {fault.code} {fault.read().decode('utf-8', 'replace')}") from None

    def client(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """The same, of the client-server API, `path` behind its version."""
        return self.call(method, f"/_matrix/client/v3{path}", body, token)

    def register(self, name: str, inhibit_login: bool = True, **more: Any) -> Any:
        """Registers `name` with the password `<name>-password`."""
        auth = {"type": "m.login.dummy"}
        body = {"username": name, "password": f"{name}-password", "inhibit_login": inhibit_login, "auth": auth}
        return self.client("POST", "/register", {**body, **more})

    def login(self, name: str, device: str) -> str:
        """Logs in on a device and returns the token."""
        who = {"identifier": {"type": "m.id.user", "user": name}, "password": f"{name}-password"}
        answer = self.client("POST", "/login", {"type": "m.login.password", "device_id": device, **who})
        return str(answer["access_token"])

    def with_password(self, path: str, name: str, token: str, **body: Any) -> None:
        """A call that asks for the password again."""
        who = {"identifier": {"type": "m.id.user", "user": name}, "password": f"{name}-password"}
        self.client("POST", path, {**body, "auth": {"type": "m.login.password", **who}}, token)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
