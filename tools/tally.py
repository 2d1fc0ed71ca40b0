#!/usr/bin/env python3
"""Counts what ./check ran: adds results to a list, and closes with the skips, the failures and the closing line.

    tally.py RESULTS add NAME pass|fail|skip [LOG-OR-REASON]
    tally.py RESULTS meson PHASE LOG.json LOG.txt     each test of a Meson log; each subtest where a test speaks TAP
    tally.py RESULTS close                            exit code 1 when anything failed
"""
import json
import os
import re
import sys

TAP = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*?)(?:\s+#\s*(skip|todo)\S*\s*(.*))?$", re.I)


def write(path, rows):
    with open(path, "a", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def reason_of(text):
    """Why a test was skipped: what its plan says, else the last line it printed."""
    plan = re.search(r"^1\.\.0\s*#\s*skip\S*\s*(.*)$", text, re.I | re.M)
    lines = [line for line in text.splitlines() if line.strip()]
    return plan.group(1) if plan else (lines[-1].strip() if lines else "no reason given")


def tap_rows(name, text, log):
    """A row for each subtest; the last line of the comment below a failure is its reason."""
    rows = []
    for line in text.splitlines():
        m = TAP.match(line)
        if not m:
            if rows and rows[-1]["result"] == "fail" and line.startswith("# ") and line[2:].strip():
                rows[-1]["reason"] = line[2:].strip()[:400]
            continue
        skipped = m.group(3) and m.group(3).lower() == "skip"
        result = "skip" if skipped else "fail" if m.group(1) else "pass"
        rows.append({"name": f"{name}: {m.group(2)}", "result": result, "reason": m.group(4) or "", "log": log})
    return rows


def meson_rows(phase, path, log):
    if not os.path.exists(path):
        return [{"name": phase, "result": "fail", "reason": "Meson left no log", "log": log}]
    rows = []
    for line in open(path, encoding="utf-8"):
        test = json.loads(line)
        name, result = f"{phase}: {test['name']}", test["result"]
        text = test.get("stdout", "") + "\n" + test.get("stderr", "")
        if result == "SKIP":
            rows.append({"name": name, "result": "skip", "reason": reason_of(text), "log": log})
            continue
        passed = result in ("OK", "EXPECTEDFAIL")
        subtests = tap_rows(name, test.get("stdout", ""), log)
        if subtests and (passed or any(r["result"] == "fail" for r in subtests)):
            rows += subtests
        else:
            rows.append({"name": name, "result": "pass" if passed else "fail", "reason": result.lower(), "log": log})
    return rows or [{"name": phase, "result": "fail", "reason": "no test ran", "log": log}]


def close(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    count = {"pass": 0, "fail": 0, "skip": 0}
    for row in rows:
        count[row["result"]] += 1
    for result, title in (("skip", "Skipped, and why:"), ("fail", "Failed:")):
        listed = [row for row in rows if row["result"] == result]
        if listed:
            print("\n" + title)
        for row in listed:
            where = f" (log: {row['log']})" if result == "fail" else ""
            print(f"    {row['name']}: {row['reason'] or 'no reason given'}{where}")
    print(f"\n{count['pass']} passed, {count['fail']} failed, {count['skip']} skipped")
    return 1 if count["fail"] else 0


def main(argv):
    path, verb, rest = argv[1], argv[2], argv[3:]
    if verb == "add":
        name, result, more = rest[0], rest[1], rest[2] if len(rest) > 2 else ""
        log, reason = (more, "it did not end well") if result == "fail" else ("", more)
        write(path, [{"name": name, "result": result, "reason": reason, "log": log}])
    elif verb == "meson":
        write(path, meson_rows(*rest))
    elif verb == "close":
        return close(path)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
