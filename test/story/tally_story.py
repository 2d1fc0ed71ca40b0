"""How ./check counts: what passed, failed and was skipped, with reasons, and the closing line."""
import json
import pathlib
import subprocess
import sys

from story import ROOT, run_stories

TALLY = ROOT / "tools" / "tally.py"


def tally(directory, *words):
    return subprocess.run([sys.executable, TALLY, f"{directory}/results.jsonl", *words], capture_output=True, text=True)


def meson_log(directory, *tests):
    path = pathlib.Path(directory, "phase.json")
    path.write_text("".join(json.dumps({"stdout": "", "stderr": "", **test}) + "\n" for test in tests))
    return str(path)


def story_all_well(directory):
    """everything passed: exit 0, the closing line alone and last"""
    tally(directory, "add", "build", "pass")
    tally(directory, "meson", "unit", meson_log(directory, {"name": "a", "result": "OK"}, {"name": "b", "result": "OK"}), "log.txt")
    got = tally(directory, "close")
    assert got.returncode == 0 and got.stdout.splitlines()[-1] == "3 passed, 0 failed, 0 skipped", got.stdout


def story_subtests(directory):
    """each subtest of a test that speaks TAP counts, skips carry their reasons"""
    tap = "1..4\nok 1 - one\nnot ok 2 - two\n# why\nok 3 - three # SKIP no data\nok 4 - four\n"
    tally(directory, "meson", "story", meson_log(directory, {"name": "t", "result": "FAIL", "stdout": tap}), "log.txt")
    got = tally(directory, "close")
    assert got.returncode == 1 and got.stdout.splitlines()[-1] == "2 passed, 1 failed, 1 skipped", got.stdout
    assert "story: t: three: no data" in got.stdout and "story: t: two: why" in got.stdout and "log.txt" in got.stdout, got.stdout


def story_whole_skip(directory):
    """a test that skips itself tells why; it is not passed"""
    log = meson_log(directory, {"name": "a", "result": "SKIP", "stdout": "1..0 # SKIP ../shared/data is not there\n"},
                    {"name": "b", "result": "SKIP", "stdout": "working\nno PostgreSQL here\n"})
    tally(directory, "meson", "unit", log, "log.txt")
    got = tally(directory, "close")
    assert got.returncode == 0 and got.stdout.splitlines()[-1] == "0 passed, 0 failed, 2 skipped", got.stdout
    assert "unit: a: ../shared/data is not there" in got.stdout and "unit: b: no PostgreSQL here" in got.stdout, got.stdout


def story_never_silent(directory):
    """a crash after good subtests, a time-out, a missing log and an empty log are failures"""
    tap = "1..2\nok 1 - one\n"
    for test in ({"name": "crash", "result": "ERROR", "stdout": tap}, {"name": "slow", "result": "TIMEOUT"}, {"name": "bad", "result": "UNEXPECTEDPASS"}):
        tally(directory, "meson", "unit", meson_log(directory, test), "log.txt")
    tally(directory, "meson", "none", f"{directory}/absent.json", "log.txt")
    tally(directory, "meson", "empty", meson_log(directory), "log.txt")
    tally(directory, "add", "types", "fail", "types.log")
    got = tally(directory, "close")
    assert got.returncode == 1 and got.stdout.splitlines()[-1] == "0 passed, 6 failed, 0 skipped", got.stdout
    assert "types.log" in got.stdout


if __name__ == "__main__":
    run_stories(globals())
