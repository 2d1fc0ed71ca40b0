"""A line of two GiB: set aside like any bad row, in little memory; what stands around it goes in."""
import resource
import subprocess

from story import BINARY, SLOW, Shop, csv_text, order, run_stories

LINE_BYTES = 2 * 1024**3 if SLOW == 1 else 64 * 1024**2


def story_line(directory):
    """a cell of two GiB in the midst of a file"""
    shop = Shop(directory)
    before, after = csv_text([order("1001"), order("1002", note="@@"), order("1003")]).encode().split(b"@@")
    piece = b"long " * (1 << 20)
    path = shop.directory / "ExportOrderList202002101200.csv"
    with open(path, "wb") as out:
        out.write(before)
        for _ in range(LINE_BYTES // len(piece) + 1):
            out.write(piece)
        out.write(after)
    answer = shop.bring(path)
    figures = answer["files"][0]
    assert (figures["rows"], figures["added"], figures["quarantined"]) == (3, 2, 1), figures
    assert [o["order"] for o in sorted(shop.state()[0], key=lambda o: o["order"])] == ["1001", "1003"]


def story_hole(directory):
    """a file that goes on as a hole of NUL bytes is no text: refused in one sentence, in little memory"""
    shop = Shop(directory)
    path = shop.write("ExportOrderList202002101200.csv", [order("1001")])
    with open(path, "r+b") as out:
        out.truncate(LINE_BYTES)
    got = subprocess.run([BINARY, "import", "--db", shop.db, "--store", "main", path], capture_output=True, text=True)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert peak_mib < (128 if SLOW == 1 else 1024), peak_mib
    assert got.returncode == 1 and len(got.stderr.strip().splitlines()) == 1 and path.name in got.stderr, got.stderr
    assert shop.state()[0] == []


if __name__ == "__main__":
    run_stories(globals())
