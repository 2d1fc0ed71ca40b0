#!/usr/bin/env python3
"""Files that mean harm (test/fixtures/hostile.py) and files of several tables, through the real binary."""
import functools
import io
import json
import pathlib
import sqlite3
import subprocess
import sys
import zipfile

from story import BINARY, HEADER, ROOT, SLOW, Shop, csv_text, order, run_stories, until, zhanggui

sys.path.append(str(ROOT / "test" / "fixtures"))
import hostile  # noqa: E402

LIMIT_S, LIMIT_KB = 2.0, 64 * 1024
PROBE = """import json, os, subprocess, sys, time
for line in sys.stdin:
    began = time.monotonic()
    run = subprocess.Popen(json.loads(line), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    out = run.stdout.read().decode()
    _, status, used = os.wait4(run.pid, 0)
    print(json.dumps([time.monotonic() - began, used.ru_maxrss, status, out]), flush=True)
"""


@functools.cache
def probe():
    """What runs the programs that are measured: a small process, since what it holds counts as theirs until they begin."""
    return subprocess.Popen([sys.executable, "-c", PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def measured(*words):
    """Seconds, the most memory that the program or its importer had (KiB), what it said."""
    probe().stdin.write(json.dumps([BINARY, *map(str, words)]) + "\n")
    probe().stdin.flush()
    seconds, kb, _, out = json.loads(probe().stdout.readline())
    return seconds, kb, out


def story_refused(directory):
    """eighty files that mean harm: each is refused within 2 s and 64 MiB, and says why in both languages; nothing of them goes in"""
    directory = pathlib.Path(directory)
    plain = directory / "plain.csv"
    plain.write_text(hostile.csv_text())
    shop = Shop(directory)
    base = measured("import", "--dry-run", "--json", plain)[1]
    made = hostile.make(directory / "files")
    assert len(made) >= 60 and len({p.name for p, _ in made}) == len(made)
    slowest, largest = 0.0, 0
    for path, codes in made:
        for attempt in range(3):  # the machine may be busy with something else
            seconds, kb, out = measured("import", "--dry-run", "--json", path)
            if seconds < LIMIT_S * SLOW:
                break
        said = json.loads(out)["files"]
        refused = said[0].get("refused") or {}
        assert len(said) == 1 and refused.get("code") in codes, (path.name, said, codes)
        assert path.name in refused["en"] and path.name in refused["zh"] and any("一" <= c <= "鿿" for c in refused["zh"]), (path.name, refused)
        assert seconds < LIMIT_S * SLOW, (path.name, seconds)
        assert kb - base < LIMIT_KB or SLOW > 1, (path.name, kb, base)
        slowest, largest = max(slowest, seconds), max(largest, kb - base)
        shop.zg("import", "--store", "main", path, code=1)
        path.unlink()
    assert shop.bring(plain)["files"][0]["added"] > 0, "what is well goes in, beside them all"
    shop.zg("verify")
    print(f"# {len(made)} files, slowest {slowest:.2f} s, at most {largest / 1024:.0f} MiB more than for a plain file")


def story_where(directory):
    """a refusal inside a workbook names sheet, line and column"""
    directory = pathlib.Path(directory)
    files = dict((p.name, p) for p, _ in hostile.make(directory / "files"))
    for name, words in (("cell-twice.xlsx", ("S1", "line 2", "column 1", "第 2 行", "第 1 列")), ("column-beyond.xlsx", ("S1", "line 2")),
                        ("doctype-outside.xlsx", ("DOCTYPE",)), ("nested.zip", ("inner.zip",))):
        said = json.loads(zhanggui("import", "--dry-run", "--json", files[name])[0])["files"][0]["refused"]
        for word in words:
            assert word in said["en"] + said["zh"], (name, word, said)


def book(sheets):
    """A workbook: name -> rows."""
    out = {"[Content_Types].xml": b"<Types/>"}
    rel = hostile.REL
    listed = "".join(f'<sheet name="{n}" sheetId="{i + 1}" r:id="r{i}"/>' for i, n in enumerate(sheets))
    out["_rels/.rels"] = hostile.xml(f'<Relationships><Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    out["xl/workbook.xml"] = hostile.xml(f"<workbook {hostile.NS}><sheets>{listed}</sheets></workbook>")
    out["xl/_rels/workbook.xml.rels"] = hostile.xml("<Relationships>" + "".join(
        f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="sheet{i}.xml"/>' for i in range(len(sheets))) + "</Relationships>")
    for i, rows in enumerate(sheets.values()):
        cells = "".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row) + "</row>" for row in rows)
        out[f"xl/sheet{i}.xml"] = hostile.xml(f"<worksheet {hostile.NS}><sheetData>{cells}</sheetData></worksheet>")
    return hostile.zipped(out)


def story_several(directory):
    """a zip of a workbook with three sheets and two texts: a row of the import for each known table, the rest left aside, undone as one"""
    rows = [order(f"35153100000000{i:02d}", amount=f"{10 + i}.50") for i in range(40)]
    bad = list(rows[3])
    bad[HEADER.index("订单编号")] = "3.51531E+16"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("一月.csv", csv_text(rows[:10], HEADER))
        z.writestr("book.xlsx", book({"订单": [HEADER, *rows[10:20], bad], "说明": [["这是说明", "x"], ["", "y"]], "二月": [HEADER, *rows[20:30]]}))
        z.writestr("gbk.txt", csv_text(rows[30:40], HEADER).encode("gb18030"))
    directory = pathlib.Path(directory)
    path = directory / "all.zip"
    path.write_bytes(out.getvalue())
    shop = Shop(directory)
    got = shop.bring(path)
    assert [(f.get("member"), f.get("sheet"), f["encoding"], f["rows"], f["added"], f["quarantined"]) for f in got["files"]] == [
        ("一月.csv", None, "utf-8", 10, 10, 0), ("book.xlsx", "订单", "xlsx", 11, 10, 1), ("book.xlsx", "二月", "xlsx", 10, 10, 0),
        ("gbk.txt", None, "gb18030", 10, 10, 0)], got
    assert [(x["member"], x["sheet"], x["code"]) for x in got["left_aside"]] == [("book.xlsx", "说明", "no-header")], got["left_aside"]
    shop.zg("verify")
    again = shop.bring(path)
    assert all(f["added"] == 0 and f["unchanged"] == f["rows"] - f["quarantined"] for f in again["files"]), "the same rows again change nothing"
    plain = Shop(directory / "plain") if (directory / "plain").mkdir() is None else None
    plain.bring(plain.write("all.csv", rows, HEADER))
    assert plain.state() == shop.state(), "the same orders by a plain file"
    shop.zg("import", "undo", str(again["import_id"]))
    shop.zg("import", "undo", str(got["import_id"]))
    assert shop.json("orders", "--store", "main", "--limit", "0")["orders"] == []


def story_resumed(directory):
    """killed in the midst of the second sheet of a workbook in a zip: resume finds the sheet again; it refuses when the sheets have changed places"""
    directory = pathlib.Path(directory)
    count = 100000 if SLOW == 1 else 30000  # enough to be killed in the midst
    rows = [order(f"351531{i:010d}", placed=f"2020-02-{1 + i // 4096:02} {i // 256 % 16:02}:{i // 16 % 16:02}:{i % 16:02}", amount=f"{10 + i % 90}.50") for i in range(count + 20)]
    first, second = [HEADER, *rows[:20]], [HEADER, *rows[20:]]
    path = directory / "all.zip"
    path.write_bytes(hostile.zipped({"book.xlsx": book({"一月": first, "二月": second})}))
    whole, shop = (Shop(d) for d in (directory / "whole", directory / "shop") if d.mkdir() is None)
    whole.bring(path)

    def done_rows():
        with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as look:
            return look.execute("SELECT COALESCE(SUM(f.rows_done), 0) FROM import_file f JOIN import i ON i.import_id = f.import_id"
                                " WHERE i.state = 1 AND f.sheet = '二月'").fetchone()[0]

    def kill_in_second():
        for _ in range(8):  # a busy machine may look too late
            process = subprocess.Popen([BINARY, "import", "--db", shop.db, "--store", "main", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until(lambda: process.poll() is not None or done_rows() > 0, 60, "the second sheet's first rows", every=0.001)
            process.kill()
            process.wait()
            told = shop.json("import", "list")["imports"][0]
            if told["state"] == "interrupted" and 20 < told["rows_done"] < told["rows"] == count + 20:
                return str(told["import_id"])
            shop.zg("import", "undo", str(told["import_id"]))
        raise AssertionError("the import was never met in its second sheet")

    number = kill_in_second()
    answer = shop.json("import", "resume", number)
    assert [(f["member"], f["sheet"], f["rows"], f["added"]) for f in answer["files"]] == [("book.xlsx", "一月", 20, 20), ("book.xlsx", "二月", count, count)], answer
    assert shop.state() == whole.state()
    shop.zg("import", "undo", number)
    number = kill_in_second()
    path.write_bytes(hostile.zipped({"book.xlsx": book({"二月": second, "一月": first})}))
    _, err = shop.zg("import", "resume", number, code=1)
    assert "changed" in err or "all.zip" in err, err
    shop.zg("import", "undo", number)
    assert shop.json("orders", "--store", "main", "--limit", "0")["orders"] == []


if __name__ == "__main__":
    run_stories(globals())
