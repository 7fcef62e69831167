"""The bridge's side, as little of it as the tests need: records transactions, and refuses or hangs when told to."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 90


@dataclass(frozen=True)
class Put:
    """One try of a transaction that carried events of ours."""

    txn_id: str
    authorization: str
    body: dict[str, Any]
    status: int


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A Synapse that was killed in the middle of a request is no fault."""


class Listener:
    """Listens on a port of its own from the beginning; `answer` is what it does with a transaction of ours."""

    def __init__(self, list_key: str = "m.synthetic_events") -> None:
        self.list_key = list_key
        self.puts: list[Put] = []
        # A status, or "hang" to take the request and say nothing until `close`.
        self.answer: int | str = 200
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Lets go of everything."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The events accepted so far, in their order; a transaction that came again counts once, as for the bridge."""
        events: dict[str, list[dict[str, Any]]] = {}
        for put in self.puts:
            if put.status == 200:
                events.setdefault(put.txn_id, put.body[self.list_key])
        return [event for batch in events.values() for event in batch]

    def wait(self, why: str, done: Any, patience_s: float = PATIENCE_S) -> None:
        """Waits until `done()` is true; raises AssertionError with what did come."""
        late = time.monotonic() + patience_s
        with self._changed:
            while not done():
                left = late - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {patience_s} s: {why}; came: {self.accepted} in {self.puts}")
                self._changed.wait(min(left, 0.2))

    def _take(self, put: Put) -> None:
        with self._changed:
            self.puts.append(put)
            self._changed.notify_all()

    def _handler(listener) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                status = 200
                if listener.list_key in body:
                    answer = listener.answer
                    status = answer if isinstance(answer, int) else 0
                    txn_id = urlsplit(self.path).path.rsplit("/", 1)[1]
                    listener._take(Put(txn_id, self.headers.get("Authorization", ""), body, status))
                if status == 0:
                    listener._closing.wait()
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                pass

        return Handler
