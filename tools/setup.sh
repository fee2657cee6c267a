#!/usr/bin/env bash
# Create .venv and install everything the lock file names, by hash. Needs Python >= 3.11 only.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null; then
  say "assay needs Python 3.11 or newer, and there is no '$python' here."
  say "Install it, or name one: make setup PYTHON=python3.12"
  exit 2
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  say "assay needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1)."
  say "Name a newer one: make setup PYTHON=python3.12"
  exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >&2
  else
    say "Python's venv module is missing. As root: apt-get install python3-venv"
    exit 2
  fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
say "Installing what requirements.lock names (about a minute and 1.5 GB the first time) …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
  -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
  --no-build-isolation --editable .
# The llama.cpp wheel needs the system's OpenMP runtime, which a minimal Debian does not have.
if ! .venv/bin/python -c 'import xllamacpp' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends libgomp1 >&2
  else
    say "The embedded model needs the OpenMP runtime. As root: apt-get install libgomp1"
  fi
fi
touch .venv/.ready
