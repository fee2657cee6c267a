#!/bin/bash
set -e
cat >/app/rotate.sh <<'SCRIPT'
#!/bin/bash
# rotate.sh DIR KEEP: rotate all logs in DIR, keep KEEP archives of each.
fail() { echo "rotate.sh: $1" >&2; exit 2; }
[ -d "$1" ] || fail "no folder: $1"
[[ $2 =~ ^[1-9][0-9]*$ ]] || fail "KEEP must be a whole number of at least 1"
keep=$2
cd -- "$1" || fail "cannot enter: $1"
shopt -s nullglob

for log in ./*.log; do
  [ -f "$log" ] && [ -s "$log" ] || continue
  highest=0
  for archive in "$log".*.gz; do
    number=${archive#"$log".} number=${number%.gz}
    [[ $number =~ ^[1-9][0-9]*$ ]] && [ "$number" -gt "$highest" ] && highest=$number
  done
  for ((n = highest; n >= 1; n--)); do
    [ -f "$log.$n.gz" ] || continue
    if [ "$n" -ge "$keep" ]; then rm -f "$log.$n.gz"; else mv "$log.$n.gz" "$log.$((n + 1)).gz"; fi
  done
  gzip -c "$log" >"$log.1.gz" && : >"$log"
done
exit 0
SCRIPT
chmod 755 /app/rotate.sh
