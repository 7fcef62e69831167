"""A PostgreSQL of the tests' own, where this machine has one and Synapse's Python can speak to it."""

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import time
from glob import glob
from pathlib import Path

from .homeserver import free_port


def missing() -> str | None:
    """Why tests on PostgreSQL cannot run here; None when they can."""
    if importlib.util.find_spec("psycopg2") is None:
        return "psycopg2 is not installed for this Python"
    return None if _program("initdb") else "PostgreSQL is not installed here (initdb, postgres)"


class Postgres:
    """A server with one empty database, running from the beginning."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="causeway-pg-"))
        self.port = free_port()
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.directory, self._user)
        data = str(self.directory / "data")
        made = ["--auth=trust", "--username=synapse", "--encoding=UTF8", "--locale=C", "--no-sync"]
        initdb = [str(_program("initdb")), "-D", data, *made]
        subprocess.run(initdb, check=True, user=self._user, cwd="/", stdout=subprocess.DEVNULL)
        place = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.directory)]
        with (self.directory / "postgres.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(_program("postgres")), "-D", data, *place], user=self._user, cwd="/", stdout=log, stderr=log
            )
        self._wait()

    @property
    def synapse(self) -> str:
        """The `database` section for Synapse, as JSON."""
        args = {"host": "127.0.0.1", "port": self.port, "user": "synapse", "dbname": "postgres", "cp_max": 5}
        return json.dumps({"name": "psycopg2", "args": args})

    def close(self) -> None:
        """Ends it and takes its files away."""
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _wait(self) -> None:
        ready = ["-h", "127.0.0.1", "-p", str(self.port), "-q"]
        late = time.monotonic() + 60
        while subprocess.run([str(_program("pg_isready")), *ready], check=False).returncode != 0:
            if time.monotonic() > late or self._process.poll() is not None:
                self.close()
                raise AssertionError("PostgreSQL did not start")
            time.sleep(0.1)


def _program(name: str) -> str | None:
    places = sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
