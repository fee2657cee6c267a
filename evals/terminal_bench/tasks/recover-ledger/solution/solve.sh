#!/bin/bash
set -e
cd /app
python3 - <<'PYTHON'
import csv
import io
import json
import re

COLUMNS = ["id", "date", "account", "cents", "memo"]


def check(row):
    return f"{sum('|'.join(row).encode()) % 97:02d}"


good, seen = {}, set()
with open("ledger.csv", encoding="utf-8", newline="") as file:
    lines = file.read().replace("\r\n", "\n").splitlines()[1:]
for line in lines:
    identity = re.match(r"\w+", line)[0]
    seen.add(identity)
    for separator in ",;":
        row = next(csv.reader(io.StringIO(line), delimiter=separator), [])
        if len(row) == 6 and row[0] == identity and check(row[:5]) == row[5]:
            good[identity] = row
with open("audit.jsonl", encoding="utf-8") as file:
    for line in file:
        record = json.loads(line)
        row = [record[column] for column in COLUMNS]
        good.setdefault(row[0], [*row, check(row)])
with open("recovered.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, "check"])
    writer.writerows(good[key] for key in sorted(good))
with open("lost.txt", "w", encoding="utf-8") as file:
    file.writelines(f"{key}\n" for key in sorted(seen - good.keys()))
PYTHON
