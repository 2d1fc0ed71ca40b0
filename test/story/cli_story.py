"""The command line as a person meets it: help, wrong use, exit codes, both languages."""
import json
import os
import re
import stat

from story import HEADER, UNPAID, Shop, order, run_stories, serving, zhanggui

VERBS = ["init", "import", "import list", "import resume", "import undo", "today", "orders", "review", "policy show", "policy set", "delay", "lift", "verify", "backup",
         "restore", "demo", "serve"]


def one_sentence(err):
    lines = err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("zhanggui: "), err
    return lines[0]


def story_help(directory):
    """every verb has help with an example, in both languages"""
    out, _ = zhanggui("--help")
    for verb in VERBS:
        assert f"  {verb} " in out, verb
        text, _ = zhanggui(*verb.split(), "--help")
        assert "Usage:" in text and f"Example: zhanggui {verb}" in text and "--json" in text, text
        text, _ = zhanggui(*verb.split(), "--help", lang="zh")
        assert "用法：" in text and f"例如：zhanggui {verb}" in text, text
    assert zhanggui("help", "today")[0] == zhanggui("today", "--help")[0]
    assert zhanggui("policy", "--help")[0] == zhanggui("help", "policy")[0] == zhanggui("policy", "show", "--help")[0]
    assert re.fullmatch(r"zhanggui \d+\.\d+\.\d+\n", zhanggui("--version")[0])


def story_no_words(directory):
    """alone it shows its help on standard error and exits with 2"""
    out, err = zhanggui(code=2)
    assert out == "" and "zhanggui import" not in out and "import" in err


def story_wrong_use(directory):
    """wrong words exit with 2, say one sentence, and suggest the nearest"""
    shop = Shop(directory)
    for words, said in [
        (["tody"], 'There is no verb "tody"; did you mean "today"?'),
        (["frobnicate"], "zhanggui --help lists them all"),
        (["policy"], "zhanggui policy show"),
        (["today", "--stroe", "x"], "did you mean --store?"),
        (["today", "--at", "yesterday", "--db", shop.db], "not an instant"),
        (["today", "--at", "2020-02-26T15:00:00", "--db", shop.db], "not an instant"),
        (["review", "--db", shop.db], "--from DAY is missing"),
        (["review", "--from", "2020-02-30", "--to", "2020-03-01", "--db", shop.db], "not a day"),
        (["review", "--from", "2020-03-01", "--to", "2020-02-01", "--db", shop.db], "--from must be before --to"),
        (["import", "--db", shop.db], "FILE... is missing"),
        (["import", "undo", "--db", shop.db, "seven"], "not the number of an import"),
        (["orders", "--state", "lost", "--db", shop.db], "--state is one of"),
        (["orders", "--limit", "-1", "--db", shop.db], "not a whole number"),
        (["init", "--db", shop.db], "--store KEY is missing"),
        (["init", "--db", shop.db, "--store", "b", "--name", "x", "--platform", "tmall", "--currency", "QQQ", "--zone", "Asia/Shanghai"], "code of three letters"),
        (["init", "--db", shop.db, "--store", "c", "--name", "x", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Nowhere"], "IANA name"),
        (["init", "--db", shop.db, "--store", "d", "--name", "x", "--platform", "bazaar", "--currency", "CNY", "--zone", "Asia/Shanghai"], "platform is one of"),
        (["init", "--db", shop.db, "--store", "e f", "--name", "x", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Shanghai"], "store's key is"),
        (["backup", "--db", shop.db], "FILE is missing"),
        (["verify", "extra"], "one word too many"),
        (["serve", "--port", "70000", "--db", shop.db], "not a whole number"),
    ]:
        out, err = zhanggui(*words, code=2)
        assert out == "" and said in one_sentence(err), (words, err)
        zh = one_sentence(zhanggui(*words, code=2, lang="zh")[1])
        assert re.search("[一-鿿]", zh), (words, zh)


def story_could_not(directory):
    """what cannot be done exits with 1, says why, and with --json says it there too, in both languages"""
    shop = Shop(directory)
    for words in [
        ["today", "--db", directory + "/none.db"],
        ["today", "--db", directory],
        ["today", "--db", shop.db, "--store", "other"],
        ["import", "--db", shop.db, directory + "/none.csv"],
        ["import", "undo", "--db", shop.db, "99"],
        ["import", "resume", "--db", shop.db, "99"],
        ["orders", "--db", shop.db, "123"],
        ["restore", "--db", directory + "/new.db", directory + "/none.db"],
        ["init", "--db", shop.db, "--store", "main", "--name", "x", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Shanghai"],
    ]:
        out, err = zhanggui(*words, code=1)
        assert out == "", (words, out)
        en = one_sentence(err)
        out, err = zhanggui(*words, "--json", code=1, lang="zh")
        error = json.loads(out)["error"]
        assert f"zhanggui: {error['en']}" == en and one_sentence(err) == f"zhanggui: {error['zh']}", (words, error, en)
        assert re.search("[一-鿿]", error["zh"]) and error["code"], error


def story_language(directory):
    """the language comes from --lang, else from the surroundings"""
    assert "没有动词" in zhanggui("tody", code=2, env={"LANG": "zh_CN.UTF-8"})[1]
    assert "没有动词" in zhanggui("tody", code=2, env={"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"})[1]
    assert "no verb" in zhanggui("tody", code=2, env={"LANG": "en_GB.UTF-8"})[1]
    assert "没有店铺" in zhanggui("today", "--db", Shop(directory).db, "--store", "x", "--lang=zh", code=1)[1]


def story_database(directory):
    """the database comes from --db, else from ZHANGGUI_DB, else from the home directory; nobody else can read it"""
    words = ["init", "--store", "a", "--name", "A", "--platform", "other", "--currency", "CNY", "--zone", "Asia/Shanghai"]
    home = directory + "/home"
    zhanggui(*words, env={"HOME": home, "XDG_DATA_HOME": ""})
    path = home + "/.local/share/zhanggui/shop.db"
    assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, oct(os.stat(path).st_mode)
    zhanggui(*words, env={"ZHANGGUI_DB": directory + "/other.db", "HOME": home})
    assert os.path.exists(directory + "/other.db")


def story_policy(directory):
    """policy show prints every default with its source, without a database"""
    rows = json.loads(zhanggui("policy", "show", "--json")[0])["rows"]
    values = {row["name"]: row["value"] for row in rows}
    assert all(row["source"] and row["unit"] and row["what"]["en"] and row["what"]["zh"] for row in rows), rows
    first = [1800, 3600, 86400, 1320, 480, 120, 480, 21600, 2, 1800, 259200, 60, 1000, 500]
    assert list(values.values())[:len(first)] == first, values
    assert values["agent_chats_max"] == 12 and values["load_high_bp"] == 7500, values
    text = zhanggui("policy", "show")[0]
    assert all(row["name"] in text for row in rows)


def story_policy_set(directory):
    """rules are changed within their bounds, all or none; the night is never opened; a changed rule changes what is due"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101100.csv", [order("7001", UNPAID, paid=""), order("7002", placed="2020-02-10 10:50:00", paid="2020-02-10 10:50:30")]))

    def show():
        return {row["name"]: row["value"] for row in shop.json("policy", "show", "--store", "main")["rows"]}

    def due(at):
        return [(r["order"], r["wave"]) for r in shop.json("today", "--store", "main", "--at", f"2020-02-10T{at}+08:00")["reminders"]]
    before = show()
    assert due("10:51:00") == [("7001", 1)]
    for words, said in [(["wave1_after_s=59"], "wave1_after_s may be 60 to 86400"), (["night_from_min=121"], "night_from_min may be 0 to 120"),
                        (["night_until_min=479"], "night_until_min may be 480 to 720"), (["nigth_from_min=0"], "no rule \"nigth_from_min\""),
                        (["wave1_after_s=3600"], "second reminder must come later"), (["wave1_after_s=900", "cap_per_day=6"], "cap_per_day may be 0 to 5")]:
        err = zhanggui("policy", "set", "--db", shop.db, "--store", "main", *words, code=1)[1]
        assert said in err and show() == before, (words, err)
    for words in (["wave1_after_s"], ["=5"], ["wave1_after_s=soon"], ["wave1_after_s="]):
        assert "is not RULE=NUMBER" in zhanggui("policy", "set", "--db", shop.db, "--store", "main", *words, code=2)[1]
    rows = shop.json("policy", "set", "--store", "main", "wave1_after_s=3060", "cap_per_day=1")["rows"]
    assert {row["name"]: row["value"] for row in rows} == show() == {**before, "wave1_after_s": 3060, "cap_per_day": 1}
    assert due("10:51:00") == [("7001", 1)] and due("10:50:59") == [], "the new delay holds"
    with serving("serve", "--db", shop.db):  # beside a running desk the change goes through it
        shop.json("policy", "set", "--store", "main", "wave1_after_s=default")
    assert show() == {**before, "cap_per_day": 1}
    shop.zg("verify")


def story_tables(directory):
    """for people: aligned tables, without colour where nobody watches"""
    shop = Shop(directory)
    shop.bring(shop.write("a.csv", [order("1000001"), order("1000002", paid="", status="等待买家付款")]))
    out, _ = shop.zg("orders", "--store", "main", "--at", "2020-02-11T00:00:00+08:00")
    assert "1000001" in out and "1000002" in out and "\033" not in out, out
    out, _ = shop.zg("today", "--store", "main", "--at", "2020-02-10T10:45:00+08:00")
    assert "1000001" in out and "1000002" in out and "88.00 CNY" in out, out
    out, _ = shop.zg("review", "--store", "main", "--from", "2020-02-01", "--to", "2020-03-01", lang="zh")
    assert "订单" in out and "88.00 CNY" in out, out
    assert "2 单；满 60 单数字才有可比性" in out, out
    out, _ = shop.zg("orders", "--store", "main", "1000001")
    assert "1000001" in out and "17000000000" not in out, out


def story_json_is_whole(directory):
    """a reader of --json gets one JSON text, also when orders fill many pages"""
    shop = Shop(directory)
    rows = [order(str(2000000 + i), placed=f"2020-02-10 {i // 60 % 24:02d}:{i % 60:02d}:00", paid="", status="等待买家付款") for i in range(950)]
    shop.bring(shop.write("a.csv", rows))
    found = shop.json("orders", "--store", "main", "--limit", "0")
    assert len(found["orders"]) == 950 and len({o["order"] for o in found["orders"]}) == 950 and found["next"] is None
    found = shop.json("orders", "--store", "main", "--limit", "333")
    assert len(found["orders"]) == 333 and found["next"]
    assert shop.json("orders", "--store", "main", "--state", "shipped")["orders"] == []
    assert len(shop.json("orders", "--store", "main", "--q", "200000")["orders"]) == 10
    assert HEADER[0] not in shop.zg("orders", "--store", "main")[0]


if __name__ == "__main__":
    run_stories(globals())
