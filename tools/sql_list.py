#!/usr/bin/env python3
"""Every SQL statement of the program, as the compiler sees it.

usage: tools/sql_list.py [FILE.c ..]     (default: every .c file under src)
Prints one JSON object a line: {"file", "line", "sql"}, in the order of the files.

A statement stands inside SQL(), which the preprocessor turns into ("" "literal" "literal" ..); macros inside are expanded. So
each file is preprocessed, and what looks like that is taken. A file that cannot be preprocessed is an error."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LITERAL = r'"(?:\\.|[^"\\])*"'
STATEMENT = re.compile(r'\(\s*""\s+((?:' + LITERAL + r'\s*)+)\)')
MARKER = re.compile(r'^# (\d+) "([^"]*)"', re.M)
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}


def unescape(literal):
    return re.sub(r"\\(.)", lambda m: ESCAPES[m.group(1)], literal[1:-1])


def where(markers, text, at):
    """File and line of a place in preprocessed text, from the last line marker before it."""
    low, high = 0, len(markers)
    while low < high:
        middle = (low + high) // 2
        if markers[middle][0] <= at:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return None, 0
    start, line, name = markers[low - 1]
    return name, line + text.count("\n", start, at) - 1


def statements(path):
    run = subprocess.run(["cc", "-E", "-std=c17", "-D_GNU_SOURCE", '-DZG_VERSION=""', "-I", str(ROOT / "src"), str(path)],
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"sql_list: {path}: {run.stderr.strip().splitlines()[0] if run.stderr.strip() else 'cannot be preprocessed'}")
    text = run.stdout
    markers = [(m.start(), int(m.group(1)), m.group(2)) for m in MARKER.finditer(text)]
    for m in STATEMENT.finditer(text):
        name, line = where(markers, text, m.start())
        body = re.sub(r"^# .*$", "", m.group(1), flags=re.M)
        yield {"file": name, "line": line, "sql": "".join(unescape(x) for x in re.findall(LITERAL, body))}


def main():
    files = [pathlib.Path(a) for a in sys.argv[1:]] or sorted((ROOT / "src").rglob("*.c"))
    for path in files:
        if b"SQL(" not in path.read_bytes():
            continue
        for s in statements(path):
            if pathlib.Path(s["file"]).resolve() == path.resolve():
                s["file"] = str(path.resolve().relative_to(ROOT)) if path.resolve().is_relative_to(ROOT) else str(path)
                print(json.dumps(s, ensure_ascii=False))


if __name__ == "__main__":
    main()
