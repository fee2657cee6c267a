#!/usr/bin/env bash
# The main job on the embedded model. Run twice: what is unchanged is reused, and says so.
set -uo pipefail
cd "$(dirname "$0")/.."
assay=.venv/bin/assay
reference=local-mrcr
started=$SECONDS

title() { printf '\n\033[1m── %s\033[0m\n' "$*"; }
# A verdict has its own exit code (1 below, 3 not comparable); only 2, 4 and above stop the demo.
run() {
  printf '$ assay %s\n' "$*"
  "$assay" "$@"
  local code=$?
  case $code in
    0 | 1 | 3) last=$code ;;
    130) echo "Interrupted: 'make demo' goes on where it stopped." >&2; exit 130 ;;
    *) echo "The demo stops here (exit code $code)." >&2; exit "$code" ;;
  esac
}
field() { .venv/bin/python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$@"; }
newest() { ls -td "${ASSAY_RUNS:-results/runs}"/*"$1"*/ 2>/dev/null | head -n 1; }

engine=no
if host=$(tools/docker-engine.sh status 2>/dev/null); then
  engine=yes
elif host=$(tools/docker-engine.sh start); then
  engine=yes
  trap 'tools/docker-engine.sh stop' EXIT
fi
[ "$engine" = no ] || eval "$host"

title "What is here"
"$assay" doctor || [ $? -eq 3 ] || exit 4

title "A published number against what others measured: no run, no network"
run judge deepseek-v4-flash-0731/terminal-bench-2.1 --ledger

title "A long-context claim, checked on a real model server on this machine"
run verify deepseek-v4-pro-preview/max/mrcr-1m --on local --yes

if "$assay" doctor --json | grep -A1 '"bubblewrap"' | grep -q true; then
  title "A terminal claim, in a sandbox without Docker"
  run verify deepseek-v4-flash-0731/terminal-bench-2.1 --on local --yes
else
  title "Left out: the terminal claim, since bubblewrap does not work here (assay doctor says why)"
fi

if [ "$engine" = yes ]; then
  title "A SWE claim: the agent's patch graded in a fresh container by the official harness"
  run verify deepseek-v4-pro-preview/max/swe-bench-verified --on local --yes
else
  title "Left out: the SWE claim needs Docker (make docker)"
fi

title "The regression gate: the same weights pass …"
run gate local --against "$reference" --yes
same=$last
title "… the same weights served coarser are caught …"
run gate local-coarse --against "$reference" --yes --despite-check
coarse=$last
title "… and so is a context that was quietly cut"
run gate local-cut --against "$reference" --yes --despite-check
cut=$last

title "In short"
folder=$(newest mrcr-1m-local)
field "$folder/verdict.json" sentence
words=([0]=passed [1]=regressed [3]=inconclusive)
echo "gate: local ${words[$same]}, local-coarse ${words[$coarse]}, local-cut ${words[$cut]}"
echo "page: $folder""report.html"
echo "took $((SECONDS - started)) s"
if [ "$same" != 0 ] || [ "$coarse" != 1 ] || [ "$cut" != 1 ]; then
  echo "The gate did not do what it is shown for." >&2
  exit 1
fi
