#!/usr/bin/env bash
# Types and tests of the module, with the Python that has Synapse (SYNAPSE_PY, else python3). Installs nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
python=${SYNAPSE_PY:-python3}
"$python" -c 'import synapse' || { echo "no Synapse in $python: set SYNAPSE_PY" >&2; exit 1; }
if "$python" -c 'import mypy, yaml; import importlib.metadata as m; m.version("types-PyYAML")' 2>/dev/null; then
  "$python" -m mypy --cache-dir="${TMPDIR:-/tmp}/causeway-synapse-mypy"
else
  echo 'left out: types (mypy and types-PyYAML are not installed for this Python)'
fi
"$python" -c 'from tests.postgres import missing; why = missing(); why and print("left out: PostgreSQL:", why)'
PYTHONDONTWRITEBYTECODE=1 exec timeout "${TEST_LIMIT_S:-900}" "$python" -W error::ResourceWarning -m unittest "$@"
