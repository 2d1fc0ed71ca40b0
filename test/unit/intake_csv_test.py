"""Tables printed in every style are read back as they were, as Python's csv module reads them, with the same line numbers,
whatever the size of the pieces.  usage: intake_csv_test.py INTAKE_DUMP  (ZG_SEED, ZG_ROUNDS)"""
import csv
import io
import os
import random
import sys
import tempfile

from intake_reading import dump, dump_ends

SEED = int(os.environ.get("ZG_SEED", "7"))
ROUNDS = int(os.environ.get("ZG_ROUNDS", "150"))
ALPHABET = ["a", "b", "0", " ", "'", "=", "-", "é", "店", "𠮷", '"', '""', ",", ";", "\t", "\r", "\n", "\r\n", "\n\n"]


def cell(rng, long_cells):
    if rng.random() < 0.2:
        return ""
    if long_cells and rng.random() < 0.05:
        return rng.choice("ab店,\"") * rng.randrange(1, 50000)
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 9)))


def printed(rng, table, delimiter):
    end, always = rng.choice(["\r\n", "\n", "\r"]), rng.choice([0.0, 0.3, 1.0])

    def show(value):
        must = value == "" and len(table[0]) == 1 or any(c in value for c in '"\r\n' + delimiter)
        return '"' + value.replace('"', '""') + '"' if must or rng.random() < always else value
    text = end.join(delimiter.join(show(c) for c in row) for row in table)
    return text if rng.random() < 0.3 else text + end


def ours(path, delimiter, piece):
    return dump("--cells", delimiter, "--piece", piece, path)


def theirs(text, delimiter):
    csv.field_size_limit(1 << 30)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, line = [], 1
    for row in reader:
        rows.append([line, row or [""]])
        line = reader.line_num + 1
    return rows


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t.csv")
        for turn in range(ROUNDS):
            delimiter = rng.choice([",", "\t", ";"])
            width, large = rng.randrange(1, 9), turn % 10 == 0
            table = [[cell(rng, large) for _ in range(width)] for _ in range(rng.randrange(1, 2000 if large else 12))]
            text = printed(rng, table, delimiter)
            if text[:1] == "\ufeff" or not text:
                continue
            with open(path, "wb") as f:
                f.write(text.encode())
            expected = theirs(text, delimiter)
            for piece in (rng.choice([1, 2, 3, 5, 63, 64, 65]) if not large else rng.choice([977, 4096, 65537]), 1 << 30):
                got = ours(path, delimiter, piece)
                if got != expected:
                    for g, e in zip(got, expected):
                        if g != e:
                            print("ours  ", repr(g)[:400], "\ntheirs", repr(e)[:400])
                            break
                    print(f"ZG_SEED={SEED} turn {turn} piece {piece}: {len(got)} rows, expected {len(expected)}; text {text[:300]!r}")
                    return 1
            assert [r[1] for r in expected] == table, "Python reads back what was printed"
    dump_ends()
    print(f"{ROUNDS} tables read as Python reads them")
    return 0


sys.exit(main())
