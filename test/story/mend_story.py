"""Rows that were set aside: corrected in place or in a downloaded sheet, in as an import of its own, undone."""
import csv
import io
import pathlib

from browser import Browser
from story import HEADER, PAID, Shop, run_stories, serving, until
from dry_run_story import row


def orders(shop):
    return {o["order"]: o for o in shop.json("orders", "--store", "main", "--limit", "0", "--at", "2030-01-01T00:00:00+08:00")["orders"]}


def ended(owner, import_id):
    until(lambda: owner.get(f"/imports/{import_id}").json["state"] != "running", 30, "the import's end")
    return owner.get(f"/imports/{import_id}").json


def held(owner, import_id):
    return owner.get(f"/imports/{import_id}/quarantine").json


def desk_of(directory, rows, **how):
    shop = Shop(directory)
    return shop, shop.write("ExportOrderList202002101100.csv", rows, **how)


ROWS = [row("1"), row("2", total="一百"), row("3", placed="03/04/2020", title='茶壶, "大"'), row("4"), row("5", total="5o.00")]
MONEY, PLACED = HEADER.index("总金额"), HEADER.index("订单创建时间")


def story_in_place(directory):
    """two rows mended in place go in as an import of their own; the quarantine has one left; an undo brings them back"""
    for encoding in ("utf-8", "gb18030"):
        where = pathlib.Path(directory) / encoding
        where.mkdir()
        shop, path = desk_of(where, ROWS, encoding=encoding)
        with serving("serve", "--db", shop.db) as desk:
            owner = Browser(desk["url"]).setup(desk["setup_code"])
            import_id = shop.bring(path)["import_id"]
            got = held(owner, import_id)
            assert [r["line"] for r in got["rows"]] == [3, 4, 6] and [h.strip() for h in got["headers"]["1"]] == [h.strip() for h in HEADER], got["headers"]
            assert got["rows"][1]["cells"] == ROWS[2] and got["rows"][0]["file_no"] == 1, got["rows"][1]["cells"]
            assert owner.get(f"/imports/{import_id}").json["files"][0]["held"] == 3
            first, second = list(got["rows"][0]["cells"]), list(got["rows"][1]["cells"])
            ask = lambda *rows: {"file": 1, "rows": [{"line": line, "cells": cells} for line, cells in rows]}
            # still wrong: told for each cell, and nothing is sent
            first[MONEY] = "88.00"
            checked = owner.post(f"/imports/{import_id}/quarantine/check", ask((3, first), (4, second)))
            assert checked.status == 200, checked.body
            good, bad = checked.json["rows"]
            assert bad["fault"]["column_no"] == PLACED + 1 and bad["cells"][PLACED]["doubt"]["en"].startswith("Which is the day"), bad
            assert bad["fault"]["what"]["en"].startswith("Line 4,") and bad["fault"]["what"]["zh"].startswith("第 4 行"), "the line that people know"
            first[HEADER.index("买家实际支付金额")] = "88.00"
            refused = owner.post(f"/imports/{import_id}/quarantine/mend", ask((3, first), (4, second)))
            assert refused.status == 422 and refused.json["check"]["rows"][1]["fault"], refused.body
            assert len(held(owner, import_id)["rows"]) == 3 and len(orders(shop)) == 2
            second[PLACED] = "2020-04-03 10:00:00"
            checked = owner.post(f"/imports/{import_id}/quarantine/check", ask((3, first), (4, second))).json["rows"]
            assert [r["fault"] for r in checked] == [None, None] and checked[0]["cells"][MONEY] == {"field": "total", "understood": "88.00 CNY", "doubt": None}, checked
            sent = owner.post(f"/imports/{import_id}/quarantine/mend", ask((3, first), (4, second)))
            assert sent.status == 202, sent.body
            mended = ended(owner, sent.json["import_id"])
            assert mended["state"] == "applied" and [(f["added"], f["quarantined"]) for f in mended["files"]] == [(2, 0)], mended
            assert mended["files"][0]["as_of"] == owner.get(f"/imports/{import_id}").json["files"][0]["as_of"], "a correction is as old as what it corrects"
            assert [r["line"] for r in held(owner, import_id)["rows"]] == [6] and owner.get(f"/imports/{import_id}").json["files"][0]["held"] == 1
            assert set(orders(shop)) == {"1", "2", "3", "4"} and orders(shop)["2"]["amount"]["minor"] == 8800
            # sent twice: the row has left, the orders stay what they are
            again = owner.post(f"/imports/{import_id}/quarantine/mend", ask((3, first)))
            assert ended(owner, again.json["import_id"])["files"][0]["unchanged"] == 1
            assert owner.post(f"/imports/{sent.json['import_id']}/undo").status == 202
            assert ended(owner, sent.json["import_id"])["state"] == "undone"
            assert [r["line"] for r in held(owner, import_id)["rows"]] == [3, 4, 6], "undone, the rows are back"
            assert set(orders(shop)) == {"1", "2", "4"}
        shop.zg("verify")


def story_sheet(directory):
    """the sheet of rows set aside has their own header, the reason and which row it is; corrected and imported again it clears them"""
    shop, path = desk_of(directory, ROWS)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        import_id = shop.bring(path)["import_id"]
        answer = owner.get(f"/imports/{import_id}/quarantine.sheet?format=csv&lang=zh")
        assert answer.status == 200 and answer.headers["content-disposition"].startswith("attachment"), answer.body[:200]
        table = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
        assert [h.strip() for h in table[0][:len(HEADER)]] == [h.strip() for h in HEADER] and table[0][-3:-1] == ["原因", "怎么改"], table[0]
        assert [line[-1] for line in table[1:]] == [f"{import_id}-1-3", f"{import_id}-1-4", f"{import_id}-1-6"] and all("行" in line[-3] for line in table[1:]), table[1]
        table[1][MONEY], table[2][PLACED] = "88.00", "2020-04-03 10:00:00"
        table[1][HEADER.index("买家实际支付金额")] = "88.00"
        corrected = shop.write("corrected.csv", table[1:], header=table[0])
        (told,) = shop.json("import", "--store", "main", "--dry-run", corrected)["files"]
        assert told["profile"] == "taobao-orders" and told["will"]["added"] == 2 and told["quarantined"] == 1, told["will"]
        got = shop.bring(corrected)
        assert (got["files"][0]["added"], got["files"][0]["quarantined"]) == (2, 1), got
        assert [r["line"] for r in held(owner, import_id)["rows"]] == [6] and [r["line"] for r in held(owner, got["import_id"])["rows"]] == [4]
        shop.zg("import", "undo", str(got["import_id"]))
        assert [r["line"] for r in held(owner, import_id)["rows"]] == [3, 4, 6]
        xlsx = owner.get(f"/imports/{import_id}/quarantine.sheet?format=xlsx&lang=en")
        assert xlsx.status == 200 and xlsx.body[:2] == b"PK" and "spreadsheetml" in xlsx.headers["content-type"]
        assert owner.get(f"/imports/{import_id}/quarantine.sheet?format=pdf").status == 422
    shop.zg("verify")


def story_many_wide_rows(directory):
    """a sheet of more rows set aside than fit into the memory of one request, page by page and as a whole"""
    many = 4500
    shop, path = desk_of(directory, [row(str(n), total="一百", title="茶壶" * 350) for n in range(many)])
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        import_id = shop.bring(path)["import_id"]
        answer = owner.get(f"/imports/{import_id}/quarantine.sheet?format=csv")
        assert answer.status == 200, answer.body[:200]
        assert len(list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))) == many + 1
        assert owner.get(f"/imports/{import_id}/quarantine.sheet?format=xlsx").status == 200
        page = held(owner, import_id)
        assert all(len(r["cells"]) == len(HEADER) for r in page["rows"]) and page["next"]


def story_other_shop(directory):
    """a row number of another shop, of no row, or nonsense, changes nothing elsewhere"""
    shop, path = desk_of(directory, ROWS)
    shop.zg("init", "--store", "other", "--name", "别家", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Shanghai")
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        import_id = shop.bring(path)["import_id"]
        header = [*HEADER, "掌柜行号 zhanggui-row"]
        forged = shop.write("forged.csv", [[*row("77"), f"{import_id}-1-3"], [*row("78"), "9-9-9"], [*row("79"), "=1+1"], [*row("80"), ""]], header=header)
        got = shop.json("import", "--store", "other", forged)
        assert got["files"][0]["added"] == 4, got
        assert [r["line"] for r in held(owner, import_id)["rows"]] == [3, 4, 6]


if __name__ == "__main__":
    run_stories(globals())
