#!/usr/bin/env python3
"""Every subject but orders through the real binary: a file of each goes in, is listed, overlaps, contradicts, is undone; the books agree."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from browser import staff  # noqa: E402
from story import DATA, Shop, need, run_stories, serving, zhanggui  # noqa: E402

FILES = {
    "products": (["商品ID", "商家编码", "商品名称", "售价", "成本", "总库存"], [["6881", "A-1", "茶杯", "39.00", "12.50", "100"], ["6881", "A-2", "茶杯", "42.00", "13.00", "0"]]),
    "stock": (["仓库", "商家编码", "在库数量", "盘点时间"], [["杭州仓", "A-1", "60", "2026-06-18 08:00"], ["广州仓", "A-1", "40", "2026-06-18 08:00"]]),
    "traffic": (["统计日期", "小时", "访客数", "浏览量"], [["2026-06-18", "9", "1,234", "3,000"], ["2026-06-18", "", "20,000", "50,000"]]),
    "reviews": (["评价ID", "商品ID", "星级", "评价内容", "评价时间", "买家会员名"], [["R1", "6881", "5", "很好", "2026-06-18 10:00:00", "青山客"]]),
    "customers": (["买家会员名", "手机", "短信授权", "累计消费"], [["青山客", "13800000001", "是", "1,280.00"]]),
    "parcels": (["物流单号", "订单编号", "物流公司", "物流状态", "发货时间"], [["YT1", "900001", "圆通", "已签收", "2026-06-18 11:00"]]),
    "staff": (["员工", "岗位", "时薪"], [["小满", "客服", "28.00"]]),
    "shifts": (["日期", "员工", "班次", "上班时间", "下班时间"], [["2026-06-19", "小满", "晚班", "16:00", "24:00"]]),
    "chats": (["日期", "客服", "接待人数", "平均响应时长(秒)", "询单转化率"], [["2026-06-18", "小满", "55", "32.5", "41.20%"]]),
    "peers": (["统计日期", "对比对象", "访客数", "支付转化率"], [["2026-06-18", "同行同层优秀", "30,000", "4.50%"]]),
    "listings": (["日期", "店名", "商品ID", "价格", "销量"], [["2026-06-18", "别家", "77", "35.00", "1000+"]]),
    "tasks": (["活动", "任务", "阶段", "负责人", "截止时间", "完成情况"], [["618", "备货", "预热期", "陈师傅", "2026-06-10", "已完成"]]),
    "signup_rules": (["活动名称", "商品ID", "报名门槛价", "要求库存", "报名截止时间"], [["618", "6881", "35.00", "500", "2026-05-30 18:00"]]),
    "signups": (["活动名称", "商品ID", "报名状态", "活动价", "报名时间"], [["618", "6881", "已通过", "35.00", "2026-05-20 10:00"]]),
    "coupons": (["优惠码", "面额", "发放数量", "使用数量"], [["JUNE5", "5.00", "1000", "231"]]),
    "interest": (["日期", "商品ID", "加购人数", "收藏人数"], [["2026-06-18", "6881", "320", "95"]]),
    "search_words": (["搜索词", "日期", "曝光量", "点击率"], [["茶杯", "2026-06-18", "1.2万", "3.45%"]]),
    "penalties": (["违规编号", "违规时间", "违规类型", "扣分", "申诉截止时间"], [["W1", "2026-06-17 09:00:00", "描述不符", "2", "2026-06-20 09:00"]]),
}


def records(shop, subject, *more):
    return shop.json("records", "--store", "main", "--subject", subject, *more)["records"]


def data(shop):
    return {s["subject"]: s for s in shop.json("records", "--store", "main")["subjects"]}


def story_a_file_of_every_subject(directory):
    """A file of each subject, all at once; each is listed, the books agree, an undo leaves nothing."""
    shop = Shop(directory)
    paths = [shop.write(f"{subject}_2026-06-19.csv", rows, header=header, encoding="gb18030") for subject, (header, rows) in FILES.items()]
    told = shop.bring(*paths)
    assert [f["profile"] for f in told["files"]] == list(FILES), told
    assert all(f["added"] == f["rows"] == len(FILES[f["profile"]][1]) and f["quarantined"] == 0 for f in told["files"]), told
    there = data(shop)
    for subject, (_, rows) in FILES.items():
        assert there[subject]["records"] == len(rows) and there[subject]["sources"][0]["files"] == 1, there[subject]
        assert len(records(shop, subject)) == len(rows)
    assert records(shop, "products", "--q", "6881")[0]["values"]["cost"] == {"minor": 1250, "currency": "CNY"}
    assert [r["values"]["on_hand"] for r in records(shop, "stock")] == [40, 60], "newest first, then the later row"
    assert {tuple(r["grain"]): r["values"]["visitors"] for r in records(shop, "traffic")} == {("day", "hour"): 1234, ("day",): 20000}
    assert len(records(shop, "traffic", "--grain", "day,hour")) == 1
    grains = shop.json("records", "--store", "main", "--subject", "traffic", "--grain", "day,hour")["grains"]
    assert grains == [{"grain": ["day"], "records": 1}, {"grain": ["day", "hour"], "records": 1}], "of the whole subject, whichever is asked for"
    chat = records(shop, "chats")[0]["values"]
    assert (chat["reply"], chat["converted"]) == (32.5, 4120), chat
    assert records(shop, "shifts")[0]["values"]["ends"] == "24:00" and records(shop, "search_words")[0]["values"]["exposure"] == 12000
    assert "text" not in records(shop, "reviews")[0]["values"], "the command line shows no personal cell"
    assert "青山客" not in json.dumps(records(shop, "customers"), ensure_ascii=False)
    shop.zg("verify")
    shop.zg("import", "undo", told["import_id"])
    assert all(s["records"] == 0 and s["sources"] == [] for s in data(shop).values())
    shop.zg("verify")


def story_what_is_written_out_goes_in_again(directory):
    """Each list written out, as CSV and XLSX, in both languages, and read by an empty shop: the same records, cell by cell."""
    os.mkdir(directory + "/from")
    shop = Shop(directory + "/from")
    shop.bring(*[shop.write(f"{s}_2026-06-19.csv", rows, header=header) for s, (header, rows) in FILES.items()])
    for form, lang in (("csv", "en"), ("csv", "zh"), ("xlsx", "en"), ("xlsx", "zh")):
        os.mkdir(f"{directory}/{form}-{lang}")
        other = Shop(f"{directory}/{form}-{lang}")
        names = {s: other.directory / f"{s}_2026-06-19.{form}" for s in FILES}
        for subject, path in names.items():
            what = "customer-records" if subject == "customers" else subject
            shop.zg("export", "--store", "main", "--what", what, "--format", form, path, lang=lang)
        told = other.bring(*names.values())
        assert [f["profile"] for f in told["files"]] == list(FILES) and not any(f["quarantined"] for f in told["files"]), told
        for subject in FILES:
            mine, theirs = ([json.dumps(r["values"], sort_keys=True) for r in records(s, subject)] for s in (shop, other))
            assert sorted(mine) == sorted(theirs), (form, lang, subject, mine, theirs)


def story_later_exports_win_field_by_field(directory):
    """Exports that overlap, in the wrong order, and one taken back: each field as the latest that tells it."""
    shop = Shop(directory)
    header = ["商品ID", "商家编码", "售价", "成本"]
    late = shop.write("products_2026-06-20.csv", [["1", "A", "12.00", ""]], header=header)
    early = shop.write("products_2026-06-10.csv", [["1", "A", "10.00", "4.00"]], header=header)
    second = shop.bring(late)["import_id"]
    first = shop.bring(early)["import_id"]
    values = records(shop, "products")[0]["values"]
    assert (values["price"]["minor"], values["cost"]["minor"]) == (1200, 400), values
    shop.zg("import", "undo", second)
    assert records(shop, "products")[0]["values"]["price"]["minor"] == 1000
    again = shop.bring(late, early)
    assert [f["updated"] for f in again["files"]] == [1, 0], again
    shop.zg("import", "undo", first)
    assert records(shop, "products")[0]["values"]["cost"]["minor"] == 400, "the other import told it too"
    shop.zg("verify")


def story_what_two_files_tell_differently(directory):
    """Two files of one time contradict each other: counted as updated, listed as disputed with both values."""
    shop = Shop(directory)
    header = ["日期", "店名", "商品ID", "价格"]
    one = shop.bring(shop.write("a.csv", [["2026-06-18", "别家", "7", "76.00"], ["2026-06-18", "别家", "8", "5.00"]], header=header))
    two = shop.bring(shop.write("b.csv", [["2026-06-18", "别家", "7", "176.00"], ["2026-06-18", "别家", "8", "5"]], header=header))
    assert [(f["added"], f["updated"], f["unchanged"]) for f in (*one["files"], *two["files"])] == [(2, 0, 0), (0, 1, 1)]
    disputed = records(shop, "listings", "--disputed")
    assert len(disputed) == 1 and sorted(t["value"]["minor"] for t in disputed[0]["disputed"]["price"]) == [7600, 17600], disputed
    assert sorted(t["import_id"] for t in disputed[0]["disputed"]["price"]) == [one["import_id"], two["import_id"]]
    shown = shop.zg("records", "--store", "main", "--subject", "listings")[0]
    assert "76.00 CNY ≠ 176.00 CNY" in shown or "176.00 CNY ≠ 76.00 CNY" in shown, shown
    shop.zg("import", "undo", two["import_id"])
    assert records(shop, "listings", "--disputed") == []
    shop.zg("verify")


def story_the_cosmetics_list_in_two_encodings(directory):
    """The GBK and the UTF-8 copy of one list give the same 27,594 rows; the four that differ are named."""
    folder = DATA / "taobao-double11-cosmetics"
    need(folder)
    shop = Shop(directory)
    shop.bring(folder / "double11_cosmetics.csv")
    second = shop.bring(folder / "double11_cosmetics.utf8bom.csv")["files"][0]
    assert (second["profile"], second["rows"], second["added"], second["updated"], second["unchanged"]) == ("listings", 27598, 0, 4, 27594), second
    named = {r["values"]["item_no"]: sorted(t["value"]["minor"] for t in r["disputed"]["price"]) for r in records(shop, "listings", "--disputed")}
    assert named == {"A18934397934": [7600, 17600], "A18981009694": [9900, 19900], "A18997825320": [8600, 18600], "A537027211850": [74000, 174000]}, named
    assert len(records(shop, "listings", "--limit", "0")) == 27512
    shop.zg("verify")


def story_a_map_of_ones_own_and_who_sees_what(directory):
    """A sheet of no known form is mapped once, with its subject, and recognised from then on; each role sees its part of a record."""
    shop = Shop(directory)
    customers = shop.write("customers.csv", FILES["customers"][1], header=FILES["customers"][0])
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]
        fields = owner.get("/fields?subject=products").json
        assert {"cost", "sku_code"} <= {f["field"] for f in fields} and [f["kind"] for f in fields if f["field"] == "cost"] == ["money"], fields
        assert {f["field"] for f in owner.get("/fields").json} >= {"order_no", "total"} and owner.get("/fields?subject=socks").status == 422
        bad = owner.post("/stores/main/profiles", {"name": "x", "subject": "stock", "columns": {"Lager": "location"}})
        assert bad.status == 422, bad.body
        made = owner.post("/stores/main/profiles", {"name": "meine Waren", "subject": "products", "columns": {"Nummer": "sku_code", "Was": "title", "Einkauf": "cost"}})
        assert made.status == 200, made.body
        sheet = shop.write("waren.csv", [["K-1", "Tasse", "12,50".replace(",", ".")]], header=["Nummer", "Was", "Einkauf"])
        told = shop.bring(sheet, customers)
        assert [f["profile"] for f in told["files"]] == ["meine Waren", "customers"], told
        cost = {who: b.get("/stores/main/records?subject=products").json["records"][0]["values"].get("cost") for who, b in people.items()}
        assert cost["owner"] == {"minor": 1250, "currency": "CNY"} and cost["warehouse"] is None, cost
        seen = {who: b.get("/stores/main/records?subject=customers").json["records"][0]["values"] for who, b in people.items()}
        assert seen["owner"]["phone"] == seen["service"]["phone"] == "13800000001", seen
        assert "phone" not in seen["operator"] and seen["operator"]["buyer"] == "青山客", seen
        assert "phone" not in seen["warehouse"] and "buyer" not in seen["warehouse"], seen
        assert owner.get("/stores/main/records?subject=socks").status == 422 and owner.get("/stores/main/records?subject=stock&after=x").status == 422
        there = {d["subject"]: d for d in people["warehouse"].get("/stores/main/data").json["subjects"]}
        assert there["customers"]["records"] == 1 and there["products"]["sources"] == [{"profile": "meine Waren", "files": 1, "rows": 1, "as_of": there["products"]["as_of"]}], there
    shop.zg("verify")


def story_bad_rows_and_wrong_words(directory):
    """A bad cell is set aside with its column; a subject that there is not is said so, in both languages."""
    shop = Shop(directory)
    told = shop.bring(shop.write("s.csv", [["杭州仓", "A-1", "many"], ["杭州仓", "A-2", "3"]], header=["仓库", "商家编码", "在库数量"]))
    assert told["files"][0]["quarantined"] == 1 and told["files"][0]["added"] == 1, told
    assert shop.json("records", "--store", "main", "--subject", "socks", code=2)["error"]["code"] == "subject"
    assert "没有这类数据" in shop.zg("records", "--store", "main", "--subject", "socks", code=2, lang="zh")[1]
    out = shop.zg("records", "--store", "main", "--subject", "stock", lang="zh")[0]
    assert "仓库" in out and "A-2" in out and "many" not in out, out
    assert "records" in zhanggui("--help")[0]


if __name__ == "__main__":
    run_stories(globals())
