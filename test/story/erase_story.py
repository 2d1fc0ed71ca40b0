#!/usr/bin/env python3
"""A person is forgotten: unique strings planted in every way in, an erasure, and a search of every byte that the desk keeps."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile

sys.path.insert(0, os.path.dirname(__file__))
from story import BINARY, HEADER, UNPAID, Shop, Skip, get, made_orders, order, run_stories, zhanggui  # noqa: E402

BUYER, NAME, PHONE = "canary_7f3a", "金丝雀丽华", "13912345678"
ADDRESS, NOTE, REMARK = "云南省 昆明市 金丝雀路七十七号三单元", "请包成礼物谢谢您金丝雀", "老客户金丝雀喜欢靛蓝色"
CANARY = [BUYER, NAME, PHONE, ADDRESS, NOTE, REMARK, "金丝雀"]
ORDERS = ["770000000001", "770000000002"]  # kept, and listed as kept
HEAD = [*HEADER, "订单备注"]


def theirs(number, **more):
    row = order(number, **more)
    row[1], row[7], row[8], row[9], row[10] = BUYER, NOTE, NAME, ADDRESS, PHONE
    return [*row, REMARK]


def other(number, **more):
    return [*order(number, **more), ""]


def forms(word):
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        yield word.encode(encoding)


def traces(folder, words=CANARY):
    """Where in a folder a word stands, in any encoding: (file, word)."""
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        found += [(path.name, word) for word in words for form in forms(word) if form in data]
    return sorted(set(found))


def planted(directory):
    """A shop whose data lies in data/, the seller's own files in files/; the person in each way in that needs no running desk."""
    data, files = pathlib.Path(directory) / "data", pathlib.Path(directory) / "files"
    data.mkdir()
    files.mkdir()
    shop = Shop(data)

    def write(name, rows, header=HEAD, encoding="utf-8"):
        path = files / name
        path.write_bytes(shop.write("tmp.csv", rows, header).read_bytes().decode().encode(encoding))
        (data / "tmp.csv").unlink()
        return path

    first = write("ExportOrderList202002101500.csv", [theirs(ORDERS[0], placed="2020-02-10 10:00:00"), other("880000000001"), other("880000000002")])
    second = write(f"ExportOrderList202002111500_{NAME}.csv", [theirs(ORDERS[1], status=UNPAID, placed="2020-02-11 10:00:00", paid=""), other("880000000001"),
                   theirs("770000000003", placed="no time"), theirs("7.7E+11"), other("88E", placed="no time either")], encoding="gb18030")
    shop.bring(first)
    shop.bring(second)
    return shop, first, second, write


def figures(shop):
    return [{k: v for k, v in o.items()} for o in shop.json("orders", "--store", "main", "--limit", "0", "--at", "2020-03-01T00:00:00+08:00")["orders"]]


def erase(shop, who=BUYER, **options):
    return json.loads(zhanggui("person", "erase", "--db", shop.db, "--store", "main", "--customer", who, "--json", **options)[0])


def export(shop, who=BUYER, **options):
    return zhanggui("person", "export", "--db", shop.db, "--store", "main", "--customer", who, **options)[0]


def story_given_out(d):
    """person export holds every planted string, by name and by number; nobody of that name is said so; who took it stands in the audit"""
    shop, *_ = planted(d)
    told = export(shop)
    assert all(word in told for word in CANARY), [w for w in CANARY if w not in told]
    answer = json.loads(told)
    assert [o["order"] for o in answer["orders"]] == ORDERS and len(answer["set_aside"]) == 2, answer
    assert json.loads(export(shop, str(answer["customer"])))["persons"] == answer["persons"]
    assert "880000000001" not in told
    export(shop, "nobody at all", code=1)
    with shop.desk():
        export(shop)
    with sqlite3.connect(shop.db) as c:  # each time it was given out, also through a running desk, as the page does; without a word of the person
        deeds = c.execute("SELECT verb, subject, user_id FROM audit WHERE verb = 'person-export'").fetchall()
    assert deeds == [("person-export", "person", 0)] * 3, deeds
    shop.zg("verify")


def story_nothing_is_left(d):
    """after the erasure no byte of the data folder tells of the person, the figures are what they were, verify passes, and what was kept is listed"""
    shop, *_ = planted(d)
    data = shop.directory
    shop.zg("backup", data / "beside.db")
    zhanggui("export", "--db", data / "beside.db", "--what", "orders", pathlib.Path(d) / "from-copy.csv")  # makes no desk of it: it is swept like any copy
    before, seen = figures(shop), traces(data)
    assert {w for _, w in seen} == set(CANARY), seen  # the search finds what is there
    shop.zg("export", "--store", "main", "--all", data / "beside.zip")
    report = erase(shop)
    assert report["archives"] == ["beside.zip"], report
    (data / "beside.zip").unlink()
    assert traces(data) == [], traces(data)
    assert figures(shop) == before
    shop.zg("verify")
    assert zhanggui("verify", "--db", data / "beside.db")
    assert report["found"] and report["orders"] == ORDERS and report["erased"]["orders"] == 2 and report["erased"]["set_aside"] == 2, report
    assert report["erased"]["copies"] == 1 and all(k["why"]["en"] and k["why"]["zh"] and k["what"]["zh"] for k in report["kept"]), report
    assert any("31" in k["why"]["en"] for k in report["kept"])
    export(shop, code=1)
    with sqlite3.connect(shop.db) as c:
        assert c.execute("SELECT COUNT(*) FROM quarantine WHERE raw <> ''").fetchone()[0] == 1  # of somebody else
        assert c.execute("SELECT COUNT(*) FROM person").fetchone()[0] == 2
    again = erase(shop)
    assert not again["found"] and traces(data) == []


def story_a_short_name_is_no_part_of_words(d):
    """a buyer whose name is an ordinary word: it goes where it stands by itself, and leaves other words, the format of a file and what is read by it alone"""
    shop, first, _, write = planted(d)
    def named(number):
        row = theirs(number)
        row[1], row[7], row[8], row[9], row[10], row[-1] = "taobao", "", "", "", "", ""
        return row
    shop.bring(write("ExportOrderList202002121500 taobao taobaos.csv", [named("770000000005")]))
    with sqlite3.connect(shop.db) as c:
        before = c.execute("SELECT profile FROM import_file ORDER BY import_id").fetchall()
    assert all(p.startswith("taobao-") for p, in before), before
    assert erase(shop, "taobao")["found"]
    with sqlite3.connect(shop.db) as c:
        assert c.execute("SELECT profile FROM import_file ORDER BY import_id").fetchall() == before
        assert c.execute("SELECT name FROM import_file ORDER BY import_id").fetchall()[-1][0] == "ExportOrderList202002121500 *** taobaos.csv"
    shop.zg("verify")


MAP = {"name": "mine", "en": "Sheet of columns, by me", "zh": "按 款式 分的表", "columns": {"编号": "order_no", "款式": "order_title", "columns": "buyer", "下单": "placed_at", "额": "total"},
       "status": {"款式": "paid"}, "summary": ["款式"], "zone": "Asia/Shanghai"}
ROW = {"name": "row", "columns": {"770000000031": "order_no", "款式": "name", PHONE: "phone", "columns": "buyer"}}


def story_a_title_is_no_person(d):
    """a buyer called as a column and as a key of JSON: maps of columns keep their titles and their form, and read as before; only a map made of the person's own row loses it"""
    shop, *_ = planted(d)
    row = theirs("770000000031")
    row[1], row[7], row[8], row[10] = "columns", "", "款式", PHONE
    header, files = [*HEADER, "款式"], pathlib.Path(d) / "files"
    shop.write("tmp.csv", [[*row[:16], "红"]], header).rename(files / "ExportOrderList202002121500.csv")
    shop.bring(files / "ExportOrderList202002121500.csv")
    with sqlite3.connect(shop.db) as c:
        for m in (MAP, ROW):
            c.execute("INSERT INTO user_profile (merchant_id, store_id, name, json) VALUES (1, 1, ?, ?)", (m["name"], json.dumps(m, ensure_ascii=False, separators=(",", ":"))))
        head = c.execute("SELECT header FROM import_file ORDER BY import_id").fetchall()[-1][0]
    assert "款式" in head
    assert erase(shop, "columns")["found"]
    with sqlite3.connect(shop.db) as c:
        maps = {n: json.loads(j) for n, j in c.execute("SELECT name, json FROM user_profile")}
        assert c.execute("SELECT header FROM import_file ORDER BY import_id").fetchall()[-1][0] == head
    assert maps["mine"] == {**MAP, "en": "Sheet of ***, by me", "zh": "按 *** 分的表"}, maps["mine"]
    assert "row" not in maps, maps
    path = files / "again.csv"
    path.write_bytes(shop.write("tmp.csv", [["990000000031", "杯子", "somebody", "2031-01-01 10:00:00", "9.90"]], list(MAP["columns"])).read_bytes())
    (shop.directory / "tmp.csv").unlink()
    told = shop.bring("--profile", "mine", path)
    assert told["files"][0]["added"] == 1 and shop.json("orders", "--store", "main", "--q", "990000000031")["orders"][0]["title"] == "杯子", told
    shop.zg("verify")


def story_no_way_back(d):
    """an old file again, another file about the same orders, an undo and the file again, a live backup, an archive, a copy put in place by hand: the person stays out"""
    shop, first, second, write = planted(d)
    data = shop.directory
    keep = pathlib.Path(d) / "elsewhere"
    keep.mkdir()
    shop.zg("backup", keep / "old.db")
    shop.zg("export", "--store", "main", "--all", keep / "old.zip")
    erase(shop)
    told = shop.bring(first)
    assert told["files"][0]["unchanged"] == 3, told
    shop.bring(write("ExportOrderList202002121500.csv", [theirs(ORDERS[0], status=UNPAID, placed="2020-02-10 10:00:00", amount="90.00"), theirs("770000000009", placed="2020-02-09 10:00:00"),
                                                           [*order("770000000010", placed="2020-02-09 10:00:00")[:10], PHONE, *order("770000000010", placed="2020-02-09 10:00:00")[11:], ""]]))
    assert traces(data) == [], traces(data)
    imports = shop.json("import", "list")["imports"]
    for i in imports:
        shop.zg("import", "undo", str(i["import_id"]))
    third = second.rename(second.with_name("ExportOrderList202002111500.csv"))  # a file's name is the seller's own to choose
    shop.bring(first, third)
    assert traces(data) == [], traces(data)
    shop.zg("verify")

    shop.zg("restore", keep / "old.db")
    assert traces(data) == [], traces(data)
    shop.zg("verify")
    export(shop, code=1)

    for end in ("", "-wal", "-shm"):  # a stranger's hand
        pathlib.Path(str(shop.db) + end).unlink(missing_ok=True)
    shutil.copyfile(keep / "old.db", shop.db)
    shop.json("import", "list")
    assert traces(data) == [], traces(data)
    shop.zg("verify")

    zhanggui("import", "--db", shop.db, "--store", "again", keep / "old.zip")
    assert traces(data) == [], traces(data)
    shop.zg("verify")


def story_under_a_desk(d):
    """the same while the desk serves: the verb goes through it, a restore under it obeys, and an upload and an event do not bring the person back"""
    shop, first, *_ = planted(d)
    data = shop.directory
    shop.zg("backup", pathlib.Path(d) / "old.db")
    with shop.desk() as url:
        report = erase(shop)
        assert report["found"] and traces(data) == [], traces(data)
        assert get(url + "/healthz")[0] == 200
        shop.zg("restore", pathlib.Path(d) / "old.db")
        assert traces(data) == [], traces(data)
        shop.bring(first)
        assert traces(data) == [], traces(data)
    shop.zg("verify")


def story_who_comes_back(d):
    """an order that is placed after the erasure is a new one: the person came back by themself"""
    shop, first, second, write = planted(d)
    erase(shop)
    later = "2031-01-01 10:00:00"
    shop.bring(write("orders_new.csv", [theirs("990000000001", placed=later, paid="2031-01-01 10:05:00")]), )
    assert NAME in export(shop)
    with sqlite3.connect(shop.db) as c:
        assert c.execute("SELECT COUNT(*) FROM person WHERE buyer = ?", (BUYER,)).fetchone()[0] == 1
    shop.zg("verify")


def story_other_lists(d):
    """reviews, customers and parcels lose the person's cells, keep their figures, and later files of them do not bring the person back"""
    shop, first, second, write = planted(d)
    lists = [("reviews_20200212000000.csv", ["订单编号", "评价内容", "买家会员名", "评分", "评价时间"],
              [[ORDERS[0], f"很好用，{NAME}推荐给大家，包装也很仔细", BUYER, "5", "2020-02-12 09:00:00"], ["880000000001", "一般般，物流有点慢，别的还行", "somebody", "3", "2020-02-12 10:00:00"]]),
             ("customers_20200212000000.csv", ["买家会员名", "姓名", "手机", "邮箱", "地址", "备注", "购买次数"],
              [[BUYER, NAME, PHONE, "canary7f3a@example.com", ADDRESS, REMARK, "2"], ["somebody", "样某", "17000000001", "some@example.com", "某路一号", "普通客户", "1"]]),
             ("parcels_20200212000000.csv", ["运单号", "订单编号", "收件人", "收件人电话", "收件地址", "发货时间"],
              [["YT1000000001", ORDERS[0], NAME, PHONE, ADDRESS, "2020-02-11 18:00:00"], ["YT1000000002", "880000000001", "样某", "17000000001", "某路一号", "2020-02-11 18:00:00"]])]
    paths = [write(name, rows, header) for name, header, rows in lists]
    told = shop.bring(*paths)
    assert [f["profile"] for f in told["files"]] == ["reviews", "customers", "parcels"] and all(f["added"] == 2 for f in told["files"]), told
    words = [*CANARY, "canary7f3a@example.com"]
    assert {w for _, w in traces(shop.directory, words)} == set(words)
    later = write("customers_20200213090000.csv", [[BUYER, NAME, PHONE, "canary8e2b@example.com", ADDRESS, REMARK, "3"]], lists[1][1])
    shop.bring(later)
    given = json.loads(export(shop))["records"]
    assert sorted(r["subject"] for r in given) == ["customers", "parcels", "reviews"] and "somebody" not in json.dumps(given, ensure_ascii=False), given
    now = {r["subject"]: r["values"] for r in given}
    assert NAME in now["reviews"]["text"] and now["customers"]["email"] == "canary8e2b@example.com" and now["parcels"]["tracking"] == "YT1000000001", now
    told = [c["value"] for r in given for c in r["told"]]
    assert "canary7f3a@example.com" in told and "canary8e2b@example.com" in told and PHONE in told, told
    words.append("canary8e2b@example.com")
    report = erase(shop)
    assert traces(shop.directory, words) == [], traces(shop.directory, words)
    assert report["erased"]["records"] == 3, report
    shop.zg("verify")
    left = {s: shop.json("records", "--store", "main", "--subject", s)["records"] for s in ("reviews", "customers", "parcels")}
    assert all(len(v) == 2 for v in left.values()), left
    with sqlite3.connect(shop.db) as c:
        assert {t for t, in c.execute("SELECT text FROM record_person_cell")} >= {"样某", "somebody"}
    told = shop.bring(*paths, *[write(name.replace("0212", "0213"), rows, header) for name, header, rows in lists])
    assert all(f["added"] == 0 for f in told["files"]), told
    assert traces(shop.directory, words) == [], traces(shop.directory, words)
    shop.zg("verify")


def story_events_obey(d):
    """an event that comes by token after the erasure tells of the order, and not of the person"""
    shop, *_ = planted(d)
    erase(shop)
    with shop.desk() as url:
        token = shop.json("token", "make", "--store", "main", "--name", "program")["token"]
        body = event_of(ORDERS[0], "e1")
        request = urllib.request.Request(url + "/api/v1/stores/main/events", body, {"Content-Type": "application/json", "Authorization": "Bearer " + token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["accepted"] == 1
        assert traces(shop.directory) == [], traces(shop.directory)
    assert traces(shop.directory) == []
    shop.zg("verify")


def event_of(number, event_id):
    """An order of the person as an event, for POST .../events."""
    return json.dumps({"events": [{"id": event_id, "type": "order", "as_of": "2020-02-13T10:00:00+08:00",
                                   "order": {"order_no": number, "placed_at": "2020-02-10 10:00:00", "total": "88.00", "status": "paid", "buyer": BUYER, "name": NAME,
                                             "phone": PHONE, "address": ADDRESS, "buyer_note": NOTE, "seller_note": REMARK}}]}).encode()


def story_accepted_in_a_copy(d):
    """a copy that was made by hand while an event of the person was accepted and not taken in: restored after the erasure it holds nobody"""
    shop, *_ = planted(d)
    by_hand = pathlib.Path(d) / "by-hand"
    by_hand.mkdir()
    with shop.desk() as url:
        token = shop.json("token", "make", "--store", "main", "--name", "program")["token"]
        waiting = 0
        for i in range(50):
            request = urllib.request.Request(url + "/api/v1/stores/main/events", event_of(f"77000001{i:04d}", f"c{i}"),
                                             {"Content-Type": "application/json", "Authorization": "Bearer " + token})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert json.load(answer)["accepted"] == 1
            for end in ("", "-wal"):
                shutil.copy(str(shop.db) + end, str(by_hand / "copy.db") + end)
            shutil.copytree(by_hand, pathlib.Path(d) / "seen", dirs_exist_ok=True)
            with sqlite3.connect(pathlib.Path(d) / "seen" / "copy.db") as c:
                waiting = c.execute("SELECT count(*) FROM feed_inbox").fetchone()[0]
            shutil.rmtree(pathlib.Path(d) / "seen")
            if waiting:
                break
        assert waiting, "no copy met an event that was only accepted"
        erase(shop)
    zhanggui("restore", "--db", shop.db, by_hand / "copy.db")
    assert traces(shop.directory) == [], traces(shop.directory)
    shop.zg("verify")
    assert traces(shop.directory) == [], traces(shop.directory)
    with sqlite3.connect(shop.db) as c:
        assert c.execute("SELECT count(*) FROM orders WHERE order_no LIKE '77000001%'").fetchone()[0] == i + 1


def story_files_of_the_desk(d):
    """uploads and what a watched folder keeps go when the person stands in them, as text, in GB18030, in a workbook or a zip; others stay"""
    shop, first, second, write = planted(d)
    kept = pathlib.Path(str(shop.db) + ".files")
    kept.mkdir(mode=0o700)
    (kept / "1").write_bytes(first.read_bytes())
    (kept / "2").write_bytes(second.read_bytes())
    (kept / "3").write_bytes("订单编号,买家会员名\n1,someone\n".encode("gb18030"))
    (kept / "4").write_bytes(f"a\t{NAME}\n".encode("utf-16"))
    with zipfile.ZipFile(kept / "5", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("inside.csv", f"x,{ADDRESS}\n".encode("gb18030"))
    with zipfile.ZipFile(kept / "6", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("inside.csv", b"x,y\n")
    (kept / "7").write_bytes(b"," * 65530 + BUYER.encode() + b"," * 70000)
    watched = pathlib.Path(shop.json("feed", "folder", "--store", "main")["folder"])
    for part in ("", "taken", "done", "refused"):
        (watched / part).mkdir(mode=0o700, exist_ok=True)
        (watched / part / "orders.csv").write_bytes(first.read_bytes())
        (watched / part / "others.csv").write_bytes(b"x,y\n")
    report = erase(shop)
    assert sorted(p.name for p in kept.iterdir()) == ["3", "6"], list(kept.iterdir())
    assert [p.name for p in sorted(watched.rglob("*.csv"))] == ["others.csv"] * 4, list(watched.rglob("*"))
    assert report["erased"]["files"] == 9, report
    assert traces(shop.directory) == []


def story_killed_in_between(d):
    """an erasure that is killed at any moment is finished by the next opening, or had not begun"""
    shop, first, second, write = planted(d)
    shop.bring(made_orders(pathlib.Path(d) / "files" / "ExportOrderList202002121500.csv", 20000))
    whole = pathlib.Path(d) / "whole.db"
    shop.zg("backup", whole)
    begun = 0
    for n in range(8):
        for end in ("", "-wal", "-shm", ".erased"):
            pathlib.Path(str(shop.db) + end).unlink(missing_ok=True)
        shutil.copyfile(whole, shop.db)
        process = subprocess.Popen([BINARY, "person", "erase", "--db", shop.db, "--store", "main", "--customer", BUYER, "--json"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(0.02 + 0.03 * n)
        process.kill()
        process.wait()
        noted = pathlib.Path(str(shop.db) + ".erased")
        intended = noted.exists() and noted.read_text().strip() != ""
        shop.json("import", "list")
        begun += intended
        left = traces(shop.directory)
        assert (left == []) == intended, (n, intended, left)
        shop.zg("verify")
    assert begun > 0, "every kill came before the erasure"


def story_controls(d):
    """controls: a desk that only deletes, and one that knows no tombstones, are caught by the same search"""
    lax = os.environ.get("ZG_BINARY_LAX")
    if not lax or not os.path.exists(lax):
        raise Skip("the control binary is not built here")
    shop, first, *_ = planted(d)
    subprocess.run([lax, "person", "erase", "--db", shop.db, "--store", "main", "--customer", BUYER, "--json"], check=True, capture_output=True)
    assert traces(shop.directory), "rows that were only deleted left no trace: the search is blind"
    erase(shop)
    assert traces(shop.directory) == []
    first.write_bytes(first.read_bytes().replace(b"88.00", b"89.00"))
    subprocess.run([lax, "import", "--db", shop.db, "--store", "main", first], check=True, capture_output=True)
    assert traces(shop.directory), "a desk without tombstones kept the person out: the test is blind"


if __name__ == "__main__":
    run_stories(globals())
