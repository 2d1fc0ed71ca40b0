"""A look before an import: what a file is, how its first rows will be understood, and what an import would then report. Nothing changes."""
import hashlib
import random

from story import CLOSED, DONE, HEADER, PAID, SHIPPED, TMALL, UNPAID, Shop, need, run_stories, zhanggui

FIGURES = ("added", "updated", "unchanged", "quarantined")


def dry(*paths, **options):
    import json
    return json.loads(zhanggui("import", "--dry-run", "--json", *paths, **options)[0])["files"]


def row(number, status=PAID, total="100.00", title="茶杯", placed="2020-02-10 10:00:00", paid="2020-02-10 10:05:00", **more):
    cells = {"订单编号": number, "买家会员名": f"buyer{number}", "总金额": total, "买家实际支付金额": total if paid else "0.00", "订单状态": status, "订单创建时间": placed,
             "订单付款时间 ": paid, "宝贝标题 ": title, "宝贝总数量": "1", "收货地址 ": "浙江省杭州市样板路 1 号", **more}
    return [cells.get(name, "") for name in HEADER]


def everything(directory):
    # (a reader makes an index of the log, and an empty log where there is none)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(directory.iterdir()) if p.is_file() and not p.name.endswith("-shm") and p.stat().st_size}


def told(files):
    return [(f["file"], f.get("sheet"), *(f["will"][k] for k in FIGURES[:3]), f["quarantined"]) for f in files]


def did(answer):
    return [(f["file"], f.get("sheet"), *(f[k] for k in FIGURES)) for f in answer["files"]]


def foreseen(shop, *paths):
    """Tells, checks that nothing changed, imports, and checks that it did what was told."""
    before = everything(shop.directory)
    looked = shop.json("import", "--store", "main", "--dry-run", *paths)["files"]
    assert everything(shop.directory) == before, "a look changed a file"
    answer = shop.bring(*paths)
    assert told(looked) == did(answer), (told(looked), did(answer))
    return looked


def story_without_a_database(directory):
    """recognised and understood without a database; doubtful cells say why; exit 0"""
    import pathlib
    directory = pathlib.Path(directory)
    shop = Shop(directory)
    path = shop.write("a.csv", [row("1"), row("2", status="从未见过"), row("3", placed="03/04/2020"), row("4", total="一百"), row("3.51531E+16"),
                                row("6", title="涓滃寳澶х背"), row("7", total="12345678.00"), row("8"), row("9")])
    (answer,) = dry(path)
    assert set(answer) >= {"file", "profile", "subject", "encoding", "rows", "header_line", "as_of", "columns", "preview", "quarantined"}, list(answer)
    assert (answer["profile"], answer["subject"], answer["rows"], answer["header_line"]) == ("taobao-orders", "orders", 9, 1)
    assert "will" not in answer and "refused" not in answer and "sheet" not in answer and answer["quarantined"] == 3, answer["quarantined"]
    column = {c["header"].strip(): i for i, c in enumerate(answer["columns"])}
    assert set(answer["columns"][0]) == {"header", "field", "samples"} and answer["columns"][0]["field"] == "order_no"
    cell = lambda line, name: answer["preview"][line][column[name]]
    assert set(cell(0, "订单编号")) == {"text", "field", "understood", "doubt"}
    assert cell(0, "总金额")["understood"] == "100.00 CNY" and cell(0, "订单状态")["understood"] == "paid"
    assert cell(0, "订单创建时间")["understood"] == "2020-02-10T10:00:00+08:00"
    assert all(cell(0, name)["doubt"] is None for name in column)
    doubts = {(0, "总金额"): None, (1, "订单状态"): "unknown-status", (2, "订单创建时间"): "ambiguous-date", (3, "总金额"): "bad-money", (4, "订单编号"): "scientific-id",
              (5, "宝贝标题"): "mojibake", (6, "总金额"): "far-off"}
    for (line, name), code in doubts.items():
        doubt = cell(line, name)["doubt"]
        assert (doubt and doubt["code"]) == code, (line, name, doubt)
        assert doubt is None or (doubt["en"] and doubt["zh"])


def story_unknown_and_refused(directory):
    """a file that nobody knows has profile null and its first rows; one that is none says why; both are answers"""
    import pathlib
    directory = pathlib.Path(directory)
    (directory / "x.csv").write_text("Ref,When,Sum\r\nB-1,2020-02-01 10:00,12.00\r\nB-2,2020-02-02 10:00,13.00\r\n")
    (directory / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (directory / "empty.csv").write_bytes(b"")
    unknown, picture, empty, gone, folder = dry(directory / "x.csv", directory / "picture.csv", directory / "empty.csv", directory / "gone.csv", directory)
    assert unknown["profile"] is None and unknown["subject"] is None and unknown["refused"]["code"] == "no-header", unknown
    assert [c["header"] for c in unknown["columns"]] == ["Ref", "When", "Sum"] and [c["text"] for c in unknown["preview"][1]] == ["B-2", "2020-02-02 10:00", "13.00"]
    assert (picture["profile"], picture["refused"]["code"]) == (None, "not-text") and empty["refused"]["code"] == "empty"
    assert gone["refused"]["code"] == "unreadable" and folder["refused"]["code"] == "directory"
    assert all(f["refused"]["en"] and f["refused"]["zh"] for f in (unknown, picture, empty, gone, folder))


def story_foreseen(directory):
    """what is told beforehand is what the import reports: random files that overlap, repeat, correct each other and hold bad rows"""
    shop = Shop(directory)
    chance = random.Random(7)
    for round_no in range(8):
        paths = []
        for file_no in range(1 + chance.randrange(3)):
            rows = []
            for _ in range(chance.randrange(1, 60)):
                status = chance.choice([UNPAID, PAID, SHIPPED, DONE, CLOSED])
                rows.append(row(str(1000 + chance.randrange(40)), status=status, total=chance.choice(["10.00", "25.50", "25.50", "无"]),
                                paid="" if status == UNPAID else "2020-02-10 10:05:00", 退款金额=chance.choice(["", "", "5.00"])))
            paths.append(shop.write(f"ExportOrderList2020021{round_no}100{file_no}.csv", rows))
        foreseen(shop, *paths)
    answer = foreseen(shop, *paths)
    assert all(f["will"]["added"] == 0 and f["will"]["updated"] == 0 for f in answer), "the same files again change nothing"


def story_items(directory):
    """orders and their items together: what one file adds the next one finds"""
    shop = Shop(directory)
    orders = shop.write("ExportOrderList202002111200.csv", [row("1"), row("2")])
    items = shop.write("ExportOrderDetailList202002111200.csv", [["1", "茶杯", "50.00", "1", "", "红色", "", "", PAID, "A-1"], ["1", "茶杯", "50.00", "1", "", "蓝色", "", "", PAID, "A-2"],
                                                                ["2", "茶壶", "100.00", "1", "", "", "", "", PAID, "B-1"]],
                       header=["订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码"])
    foreseen(shop, orders, items)
    foreseen(shop, items)
    foreseen(shop, orders, orders)


def story_beside_a_desk(directory):
    """while a desk serves: told from the side, and the desk goes on"""
    import urllib.request
    shop = Shop(directory)
    with shop.desk() as url:
        shop.bring(shop.write("a.csv", [row("1"), row("2")]))
        foreseen_again = shop.json("import", "--store", "main", "--dry-run", shop.write("b.csv", [row("2"), row("3")]))["files"][0]
        assert foreseen_again["will"] == {"added": 1, "updated": 0, "unchanged": 1}, foreseen_again
        assert urllib.request.urlopen(url + "healthz").status == 200 if url.endswith("/") else urllib.request.urlopen(url + "/healthz").status == 200


def story_encoding(directory):
    """--encoding is honoured, and one that cannot be chosen is said"""
    shop = Shop(directory)
    path = shop.write("a.csv", [row("1")], encoding="gb18030")
    assert dry(path)[0]["encoding"] == "gb18030"
    assert dry(path, "--encoding", "gb18030")[0]["profile"] == "taobao-orders"
    wrong = dry(path, "--encoding", "utf-8")[0]
    assert wrong["encoding"] == "utf-8" and wrong["profile"] is None, wrong
    zhanggui("import", "--dry-run", "--encoding", "ebcdic", str(path), code=2)


def story_real_month(directory):
    """the real month: 28,010 orders told and then taken in; a second time all unchanged"""
    need(TMALL)
    shop = Shop(directory)
    (first,) = foreseen(shop, TMALL)
    assert first["will"] == {"added": 28010, "updated": 0, "unchanged": 0} and first["quarantined"] == 0
    (again,) = foreseen(shop, TMALL)
    assert again["will"] == {"added": 0, "updated": 0, "unchanged": 28010}


if __name__ == "__main__":
    run_stories(globals())
