"""What the tests of intake share: run intake_dump on a file or on made-up bytes, get its scan and rows."""
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures" / "intake"
SHARED = ROOT.parent / "shared" / "data"
DUMP = sys.argv[1]


class Reading:
    def __init__(self, lines):
        self.scan = lines[0]["scan"]
        self.rows = lines[1:]
        self.claims = [r["claim"] for r in self.rows if "claim" in r]
        self.faults = [r["fault"] for r in self.rows if "fault" in r]
        self.lines = [r["line"] for r in self.rows]

    def codes(self):
        return [f["code"] for f in self.faults]

    def keys(self):
        return [c["key"] for c in self.claims]


@functools.cache
def process():
    """One for all files: to begin is dearer than to read a small file."""
    return subprocess.Popen([DUMP, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def dump(*words):
    """What intake_dump says to these words, a list of its lines as JSON."""
    said = "\x1f".join(map(str, words))
    assert "\n" not in said, said
    process().stdin.write(said.encode() + b"\n")
    process().stdin.flush()
    lines = []
    while not (line := process().stdout.readline()).startswith(b"\x04"):
        assert line, f"intake_dump ended with {process().wait()}: {words}"
        lines.append(line)
    assert line == b"\x040\n", (line, words)
    return [json.loads(line) for line in lines]


def dump_ends():
    """It must end well, too: only then a sanitizer has said what it found of leaks."""
    process().stdin.close()
    assert process().wait() == 0, process().returncode


def read(path, *options):
    return Reading(dump(*options, path))


def read_bytes(data, *options, name="orders.csv"):
    if isinstance(data, str):
        data = data.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return read(path, *options)


def run_tests(names):
    """Calls every test_ function; prints what failed."""
    failed = 0
    tests = [(n, f) for n, f in names.items() if n.startswith("test_")]
    for name, test in tests:
        try:
            test()
            print("ok", name)
        except Exception:
            failed += 1
            print("NOT OK", name)
            traceback.print_exc(file=sys.stdout)
    dump_ends()
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
