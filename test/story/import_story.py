"""Imports of made files: in, again, later, out; whole files that are refused; rows that are set aside."""
import json
import os
import pathlib
import re
import struct
import subprocess
import time
import zlib

from story import BINARY, CLOSED, DONE, HEADER, PAID, SHIPPED, SLOW, UNPAID, Shop, csv_text, made_orders, order, run_stories

SHOP_HEADER = HEADER + ["店铺Id", "店铺名称"]


def counts(answer):
    return [tuple(f[k] for k in ("rows", "added", "updated", "unchanged", "quarantined")) for f in answer["files"]]


def story_again_and_later(directory):
    """the same file twice changes nothing; a later export updates"""
    shop = Shop(directory)
    first = shop.write("ExportOrderList202002101200.csv", [order("1001", UNPAID, paid=""), order("1002"), order("1003")])
    later = shop.write("ExportOrderList202002121200.csv", [order("1001", CLOSED, paid=""), order("1002", SHIPPED), order("1003")])
    answer = shop.bring(first)
    assert set(answer) == {"files", "import_id"} and answer["import_id"] > 0
    assert set(answer["files"][0]) == {"file", "profile", "encoding", "rows", "added", "updated", "unchanged", "quarantined"}, answer
    assert answer["files"][0]["file"] == first.name and answer["files"][0]["profile"] == "taobao-orders"
    assert counts(answer) == [(3, 3, 0, 0, 0)], answer
    before = shop.state()
    assert counts(shop.bring(first)) == [(3, 0, 0, 3, 0)]
    assert shop.state() == before
    assert counts(shop.bring(later)) == [(3, 0, 2, 1, 0)]
    states = {o["order"]: o["state"] for o in shop.state()[0]}
    assert states == {"1001": "cancelled", "1002": "shipped", "1003": "to_ship"}, states


def story_titles_and_balances(directory):
    """an order list alone shows what was bought; a presale reminder is about the open balance"""
    shop = Shop(directory)
    header = HEADER + ["分阶段订单信息"]
    stages = "阶段1:定金20.00 交易状态买家已付款;阶段2:尾款金额:68.00 交易状态等待买家付款;"
    before = "阶段1:定金20.00 交易状态等待买家付款;阶段2:尾款金额:68.00 交易状态等待买家付款;"
    rows = [order("2001", UNPAID, placed="2020-02-10 11:00:00", paid="2020-02-10 11:01:00") + [stages], order("2002", UNPAID, placed="2020-02-10 11:00:00", paid="") + [""],
            order("2003", UNPAID, placed="2020-02-10 11:00:00", paid="") + [before]]
    shop.bring(shop.write("ExportOrderList202002101130.csv", rows, header))
    orders = {o["order"]: o for o in shop.state()[0]}
    title = order("2001")[HEADER.index("宝贝标题 ")]
    assert title and all(o["title"] == title for o in orders.values()), orders
    today = shop.json("today", "--store", "main", "--at", "2020-02-10T11:45:00+08:00")
    amounts = {r["order"]: r["amount"]["minor"] for r in today["reminders"]}
    assert amounts == {"2001": 6800, "2002": 8800, "2003": 8800}, today
    texts = {r["order"]: r["text"]["code"] for r in shop.json("queue", "--store", "main", "--at", "2020-02-10T11:45:00+08:00")["rows"]}
    assert texts["2001"].startswith("balance-") and not any(texts[n].startswith("balance-") for n in ("2002", "2003")), f"who has not paid the deposit has no balance to pay: {texts}"
    items = shop.write("ExportOrderDetailList202002101130.csv", [["2001", "样品围巾", "88.00", "1"]], ["订单编号", "标题", "价格", "购买数量"])
    shop.bring(items)
    assert {o["order"]: o["title"] for o in shop.state()[0]} == {"2001": "样品围巾", "2002": title, "2003": title}, "a line is told more exactly"


def story_earlier_export_last(directory):
    """an older export that comes last does not turn the clock back"""
    one, other = Shop(directory), Shop(pathlib.Path(directory, "other").mkdir() or directory + "/other")
    early = one.write("ExportOrderList202002101200.csv", [order("1001", UNPAID, paid=""), order("1002")])
    late = one.write("ExportOrderList202002121200.csv", [order("1001", SHIPPED), order("1002", DONE)])
    one.bring(early), one.bring(late)
    other.bring(late), other.bring(early)
    assert one.state() == other.state()


def story_shipped_since_the_first_export(directory):
    """an order that two exports call shipped is shipped since the first, whichever is brought first, until that one is undone"""
    for name in ("forth", "back", "together"):
        pathlib.Path(directory, name).mkdir()
        shop = Shop(directory + "/" + name)
        rows = [order("1001", SHIPPED), order("1002")]
        early = shop.write("ExportOrderList202002111030.csv", rows)
        late = shop.write("ExportOrderList202002111400.csv", rows)

        def at_eleven():
            at = "2020-02-11T11:00:00+08:00"
            picked = sum(line["count"] for line in shop.json("today", "--store", "main", "--at", at)["lines"] if line["kind"] == "pick")
            shop.zg("verify")
            return picked, {o["order"]: o["state"] for o in shop.json("orders", "--store", "main", "--limit", "0", "--at", at)["orders"]}
        shipped, waits = (1, {"1001": "shipped", "1002": "to_ship"}), (2, {"1001": "to_ship", "1002": "to_ship"})
        if name == "together":
            both = shop.bring(early, late)["import_id"]
            assert at_eleven() == shipped, at_eleven()
            shop.zg("import", "undo", str(both))
            assert at_eleven() == (0, {})
            continue
        ids = {path: shop.bring(path)["import_id"] for path in ((early, late) if name == "forth" else (late, early))}
        assert at_eleven() == shipped, (name, at_eleven())
        shop.zg("import", "undo", str(ids[early]))
        assert at_eleven() == waits, (name, at_eleven())
        shop.bring(early)
        assert at_eleven() == shipped, (name, at_eleven())
        shop.zg("import", "undo", str(ids[late]))
        assert at_eleven() == shipped, (name, at_eleven())


def story_undo(directory):
    """an undo returns to the former state, in any order, and says so again only as an error"""
    shop = Shop(directory)
    a = shop.write("ExportOrderList202002101200.csv", [order("1001", UNPAID, paid=""), order("1002")])
    b = shop.write("ExportOrderList202002121200.csv", [order("1001", SHIPPED), order("1003"), order("bad 1E+16")])
    empty = shop.state()
    ia = shop.bring(a)["import_id"]
    only_a = shop.state()
    ib = shop.bring(b)["import_id"]
    assert shop.json("import", "undo", str(ib)) == {"import_id": ib, "state": "undone"}
    assert shop.state() == only_a
    ib = shop.bring(b)["import_id"]
    again = shop.bring(a)["import_id"]
    both = shop.state()
    shop.zg("import", "undo", str(ia))
    assert shop.state() == both, "the second import of the same file still asserts it"
    for which in (again, ib):
        shop.zg("import", "undo", str(which))
    assert shop.state() == empty
    _, err = shop.zg("import", "undo", str(ib), code=1)
    assert str(ib) in err, err
    assert [i["state"] for i in shop.json("import", "list")["imports"]] == ["undone"] * 4


def story_many_files(directory):
    """one import of several files goes in and out as one; one refused file refuses them all"""
    shop = Shop(directory)
    a, b = (shop.write(f"ExportOrderList20200210120{i}.csv", [order(f"100{i}")]) for i in (1, 2))
    empty = shop.state()
    answer = shop.bring(a, b)
    assert counts(answer) == [(1, 1, 0, 0, 0)] * 2
    shop.zg("import", "undo", str(answer["import_id"]))
    assert shop.state() == empty
    (shop.directory / "empty.csv").write_bytes(b"")
    _, err = shop.zg("import", "--store", "main", a, shop.directory / "empty.csv", code=1)
    assert "empty.csv" in err and shop.state() == empty, err


def story_encodings(directory):
    """GB18030, UTF-8 with and without BOM, and shuffled columns give the same orders"""
    rows = [order("1001", note="请尽快，发货"), order("1002", UNPAID, paid=""), order("1003", SHIPPED, amount="1,288.50")]
    states = []
    for encoding, word in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8-bom"), ("gb18030", "gb18030")):
        pathlib.Path(directory, word).mkdir()
        shop = Shop(f"{directory}/{word}")
        answer = shop.bring(shop.write("ExportOrderList202002101200.csv", rows, encoding=encoding))
        assert answer["files"][0]["encoding"] == word and counts(answer) == [(3, 3, 0, 0, 0)], answer
        states.append(shop.state())
    pathlib.Path(directory, "shuffled").mkdir()
    shop = Shop(directory + "/shuffled")
    turn = list(reversed(range(len(HEADER))))
    shop.bring(shop.write("ExportOrderList202002101200.csv", [[row[i] for i in turn] for row in rows], [HEADER[i] for i in turn]))
    states.append(shop.state())
    assert all(state == states[0] for state in states[1:])


def story_quirks(directory):
    """what the platform does to cells: ="...", apostrophes, units, surplus commas, blank payment times"""
    shop = Shop(directory)
    row = order("1001", amount="201.12")
    row[0], row[3] = '="35153131000001001"', "0元"
    text = csv_text([]) + ",".join(f'"{cell}"' if not cell.startswith("=") else cell for cell in row) + ",,\r\n"
    (shop.directory / "q.csv").write_text(text, newline="")
    assert counts(shop.bring(shop.directory / "q.csv")) == [(1, 1, 0, 0, 0)]
    found = shop.json("orders", "--store", "main", "--at", "2020-02-11T00:00:00+08:00")["orders"]
    assert found[0]["order"] == "35153131000001001" and found[0]["amount"]["minor"] == 20112, found


def picture():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b""))


def story_refused_files(directory):
    """a file that is none: nothing changes, one clear sentence in both languages"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101200.csv", [order("1001")]))
    before, listed = shop.state(), shop.json("import", "list")
    here = shop.directory
    (here / "folder.csv").mkdir()
    (here / "empty.csv").write_bytes(b"")
    (here / "picture.csv").write_bytes(picture())
    (here / "header.csv").write_bytes(csv_text([]).encode())
    (here / "unknown.csv").write_bytes("甲,乙,丙\r\n1,2,3\r\n".encode())
    shop.write("two.csv", [order("1001") + ["11", "甲店"], order("1002") + ["22", "乙店"]], SHOP_HEADER)
    (here / "sheet.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    seen = set()
    for name in ("folder.csv", "empty.csv", "picture.csv", "header.csv", "unknown.csv", "two.csv", "sheet.xlsx"):
        out, err = shop.zg("import", "--store", "main", here / name, code=1)
        assert out == "" and len(err.strip().splitlines()) == 1 and name in err, (name, err)
        out, err = shop.zg("import", "--store", "main", "--json", here / name, code=1, lang="zh")
        error = json.loads(out)["error"]
        assert error["zh"] in err and re.search("[一-鿿]", error["zh"]) and not re.search("[一-鿿]", error["en"].replace("甲店", "").replace(
            "乙店", "").replace("甲", "").replace("乙", "").replace("丙", "")), error
        seen.add(error["code"])
    assert len(seen) >= 6, f"different faults are told apart: {seen}"
    shop.write("a.csv", [order("1003") + ["11", "甲店"]], SHOP_HEADER)
    shop.write("b.csv", [order("1004") + ["22", "乙店"]], SHOP_HEADER)
    out, err = shop.zg("import", "--store", "main", "--json", here / "a.csv", here / "b.csv", code=1)
    assert json.loads(out)["error"]["code"] == "other-store" and "甲店" in err and "乙店" in err, "two shops' files do not go in together"
    assert shop.state() == before and shop.json("import", "list") == listed


def story_bad_rows(directory):
    """a bad row is set aside, the rest goes in"""
    shop = Shop(directory)
    good = [order(str(1000 + i)) for i in range(6)]
    bad = {
        "scientific": order("3.51531E+16"),
        "amount": order("1101", amount="99999999999999999999.00"),
        "words": order("1102", amount="twelve"),
        "time": order("1103", placed="2520-02-10 10:00:00"),
        "no such day": order("1104", placed="2020-02-30 10:00:00"),
        "long": order("1105", note="长" * 40000),
    }
    rows = [row for pair in zip(good, bad.values()) for row in pair]
    data = csv_text(rows).encode("utf-8-sig")
    data += csv_text([order("1106", note="@@")]).split("\r\n", 1)[1].encode().replace(b"@@", b"\xff\xfe\xc3")
    data += csv_text([order("1007")]).split("\r\n", 1)[1].encode()
    data += csv_text([order("1107")]).split("\r\n", 1)[1].encode()[:-40]  # the file ends inside a quoted cell
    (shop.directory / "rows.csv").write_bytes(data)
    answer = shop.bring(shop.directory / "rows.csv")
    file = answer["files"][0]
    assert file["quarantined"] == 8 and file["added"] == 7, file
    assert {o["order"] for o in shop.state()[0]} == {str(1000 + i) for i in range(6)} | {"1007"}
    assert "8" in shop.zg("import", "--store", "main", shop.directory / "rows.csv")[0]


def story_forced_profile(directory):
    """--profile is obeyed, a name that is none is refused; --as-of decides which export is the later one"""
    shop = Shop(directory)
    early = shop.write("a.csv", [order("1001", UNPAID, paid="")])
    late = shop.write("b.csv", [order("1001", SHIPPED)])
    shop.bring("--profile", "taobao-orders", "--as-of", "2020-02-12T12:00:00+08:00", late)
    shop.bring("--as-of", "2020-02-10T12:00:00+08:00", early)
    assert shop.state()[0][0]["state"] == "shipped"
    _, err = shop.zg("import", "--store", "main", "--profile", "nonesuch", early, code=1)
    assert "nonesuch" in err, err


def story_two_stores(directory):
    """two stores in one database keep their orders apart; a verb must be told which"""
    shop = Shop(directory)
    shop.zg("init", "--store", "second", "--name", "Second", "--platform", "shopify", "--currency", "EUR", "--zone", "Europe/Berlin")
    path = shop.write("ExportOrderList202002101200.csv", [order("1001")])
    for words in (["import", path], ["today"], ["orders"], ["review", "--from", "2020-02-01", "--to", "2020-03-01"]):
        shop.zg(*words, code=2)
    shop.bring(path)
    assert len(shop.json("orders", "--store", "main")["orders"]) == 1
    assert shop.json("orders", "--store", "second")["orders"] == []
    assert shop.json("import", "list", "--store", "second")["imports"] == []
    shop.zg("verify")


def story_names_in_bytes(directory):
    """a file whose name is no UTF-8 goes in, with and without a running desk, and its name is told as far as it can be read"""
    shop = Shop(directory)
    data = shop.write("a.csv", [order("1001")]).read_bytes()
    for raw, shown in (("订单导出.csv".encode("gb18030"), "订单导出.csv"), (b"orders\xff.csv", "orders\ufffd.csv")):
        path = os.fsdecode(directory.encode() + b"/" + raw)
        pathlib.Path(path).write_bytes(data)
        assert shop.bring(path)["files"][0]["file"] == shown
        with shop.desk():
            assert shop.bring(path)["files"][0]["file"] == shown
    assert len(shop.json("import", "list")["imports"]) == 4


def story_odd_rows(directory):
    """a state that no table lists is told; a header in the middle names no second shop; a slip of the pen in a year does not date the file"""
    shop = Shop(directory)
    path = shop.write("a.csv", [order("1001", "神秘状态"), order("1002")])
    for lang, said in (("en", "not known: 神秘状态"), ("zh", "不认识的订单状态：神秘状态")):
        assert said in shop.zg("import", "--store", "main", path, lang=lang)[1]
    today = shop.json("today", "--store", "main", "--at", "2020-02-10T10:45:00+08:00")
    assert today["reminders"] == [] and today["held"] == [] and [p["order"] for p in today["pick"]] == ["1001", "1002"], "both are paid"
    shop.bring(shop.write("z.csv", [order("1006", "神秘状态", paid=""), order("1007", UNPAID, paid="")]))
    today = shop.json("today", "--store", "main", "--at", "2020-02-10T10:45:00+08:00")
    assert [r["order"] for r in today["reminders"]] == ["1007"] and [(h["order"], h["never"]) for h in today["held"]] == [("1006", True)], today
    with shop.desk():
        assert "神秘状态" in shop.zg("import", "--store", "main", path, "--json")[1]
    twice = csv_text([order("1003") + ["11", "甲店"]], SHOP_HEADER) * 2
    (shop.directory / "twice.csv").write_text(twice, newline="")
    assert counts(shop.bring(shop.directory / "twice.csv")) == [(3, 1, 0, 1, 1)]
    shop.bring(shop.write("b.csv", [order("1004", UNPAID, paid=""), order("1005", placed="2062-02-10 10:00:00", paid="2062-02-10 10:01:00")]))
    shop.bring(shop.write("c.csv", [order("1004", PAID, paid="2020-02-11 10:00:00", amount="99.00")]))
    assert {o["order"]: o["amount"]["minor"] for o in shop.state()[0]}["1004"] == 9900, "the later export is the later one"


def story_a_stray_nul(directory):
    """a NUL in a cell sets that row aside, one in the header is passed over; neither stops the reader"""
    shop = Shop(directory)
    rows = csv_text([order(str(1000 + i)) for i in range(20)])
    (shop.directory / "a.csv").write_text(rows.replace("1007", "10\x0007", 1), newline="")
    assert counts(shop.bring(shop.directory / "a.csv")) == [(20, 19, 0, 0, 1)]
    (shop.directory / "b.csv").write_text(rows.replace("订单状态", "订单\x00状态", 1), newline="")
    assert counts(shop.bring(shop.directory / "b.csv")) == [(20, 1, 0, 19, 0)]


def story_nothing_steers_the_terminal(directory):
    """escape sequences in a header, a state or a file's name reach the terminal as spaces, in tables, sentences and warnings"""
    shop = Shop(directory)
    strange = shop.directory / "a\x1b[31mb.csv"
    strange.write_text("red\x1b[31m,\x1b]0;title\x07,\u009b31m\n1,2,3\n")
    state = shop.write("s\x1b[2J.csv", [order("1001", "神秘\x1b[31m状态\u009b2J")])
    for words in (("import", "--store", "main", strange), ("import", "--store", "main", "--dry-run", strange), ("import", "--store", "main", state), ("import", "list")):
        out, err = shop.zg(*words, code=1 if words == ("import", "--store", "main", strange) else 0)
        said = out + err
        assert said.strip() and not [c for c in said if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160], (words, said)
    assert "神秘 [31m状态 2J" in shop.zg("import", "--store", "main", state)[1]


def story_pieces_of_lines(directory):
    """where an order's row does not tell its pieces, its lines do: in the list, in one order and for those who pick"""
    shop = Shop(directory)
    header = [h for h in HEADER if h != "宝贝总数量"]
    keep = [i for i, h in enumerate(HEADER) if h != "宝贝总数量"]
    orders = shop.write("o.csv", [[order(n)[i] for i in keep] for n in ("1001", "1002")], header)
    items = shop.write("i.csv", [["1001", "保温杯", "30.00", "2"], ["1001", "围巾", "28.00", "3"]], ["订单编号", "标题", "价格", "购买数量"])
    shop.bring(orders, items)
    assert {o["order"]: o["pieces"] for o in shop.state()[0]} == {"1001": 5, "1002": None}
    assert shop.json("orders", "--store", "main", "1001")["pieces"] == 5


def story_still_downloading(directory):
    """a file that grows while it is read is not taken for whole: the import stops, says why, and can be undone"""
    shop = Shop(directory)
    empty = shop.state()
    path = made_orders(shop.directory / "many.csv", 60000)
    process = subprocess.Popen([BINARY, "import", "--db", shop.db, "--json", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with open(path, "ab", buffering=0) as growing:
        while process.poll() is None:
            growing.write(b"\r\n")
            time.sleep(0.002)
    assert process.returncode == 1 and json.loads(process.stdout.read())["error"]["code"] == "changed"
    assert [i["state"] for i in shop.json("import", "list")["imports"]] == ["interrupted"]
    shop.zg("import", "resume", "1", code=1)
    shop.zg("import", "undo", "1")
    assert shop.state() == empty


def story_set_aside_once(directory):
    """rows set aside are told once, however often the file is brought, and no more when the mended file is in"""
    shop = Shop(directory)

    def aside():
        return sum(line["count"] for line in shop.json("today", "--store", "main")["lines"] if line["kind"] == "quarantine")
    path = shop.write("a.csv", [order("1001"), order("1002", amount="twelve")])
    for _ in range(3):
        shop.bring(path)
        assert aside() == 1
    mended = shop.bring(shop.write("a.csv", [order("1001"), order("1002")]))
    assert aside() == 0
    shop.zg("import", "undo", str(mended["import_id"]))
    assert aside() == 1


def story_many_orders(directory):
    """thirty thousand orders with every quirk, the later export of them, and back"""
    shop = Shop(directory)
    n = 30000 if SLOW == 1 else 8000
    first = made_orders(shop.directory / "ExportOrderList202003010000.csv", n)
    later = made_orders(shop.directory / "ExportOrderList202003080000.csv", n, later=True)
    assert counts(shop.bring(first)) == [(n, n, 0, 0, 0)]
    before = shop.state()
    answer = shop.bring(later)
    rows, added, updated, unchanged, quarantined = counts(answer)[0]
    assert (rows, added, quarantined) == (n, 0, 0) and updated > n // 30 and updated + unchanged == n, answer
    assert shop.state() != before
    shop.zg("import", "undo", str(answer["import_id"]))
    assert shop.state() == before


if __name__ == "__main__":
    run_stories(globals())
