"""Stories: what a person does with the real binary, and what must then be true.

A story is a function whose name begins with story_; its docstring is its title. run_stories() runs each in a directory of its own
and speaks TAP, so that each story counts. A story that cannot run raises Skip with the reason. The binary and the maker of test
orders come from the environment: ZG_BINARY, ZG_MAKE_ORDERS (test/story/meson.build sets them)."""
import contextlib
import csv
import ctypes
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("ZG_DATA", ROOT.parent / "shared" / "data"))
BINARY = os.environ.get("ZG_BINARY", str(ROOT / "build" / "src" / "zhanggui"))
MAKE_ORDERS = os.environ.get("ZG_MAKE_ORDERS", str(ROOT / "build" / "tools" / "make_orders"))
TMALL = DATA / "tmall-orders-2020-02" / "tmall_order_report.csv"
SLOW = 8 if "ASAN_OPTIONS" in os.environ else 1  # time limits under the sanitizers

HEADER = ["订单编号", "买家会员名", "买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "订单状态", "买家留言", "收货人姓名",
          "收货地址 ", "联系手机", "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝总数量", "退款金额"]
UNPAID, PAID, SHIPPED, DONE, CLOSED = "等待买家付款", "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功", "交易关闭"


class Skip(Exception):
    """Why a story cannot be told here."""


def need(path):
    if not pathlib.Path(path).exists():
        raise Skip(f"{path} is not there")
    return path


class Shop:
    """A database in a directory of its own, and the command line on it."""

    def __init__(self, directory, platform="tmall"):
        self.directory = pathlib.Path(directory)
        self.db = self.directory / "shop.db"
        self.zg("init", "--store", "main", "--name", "样板店", "--platform", platform, "--currency", "CNY", "--zone", "Asia/Shanghai")

    def zg(self, *words, code=0, lang=None, db=True):
        """Runs a verb on this database; checks its exit code; gives stdout and stderr."""
        two = words[0] in ("policy", "token", "feed", "channel", "suppress", "texts", "person") or words[:2] == ("team", "set") or (words[0] == "import" and words[1] in ("undo", "resume", "list"))
        first = 2 if two else 1
        command = [*words[:first], *(["--db", self.db] if db else []), *words[first:]]
        return zhanggui(*command, code=code, lang=lang, cwd=self.directory)

    def json(self, *words, **options):
        return json.loads(self.zg(*words, "--json", **options)[0])

    def write(self, name, rows, header=HEADER, encoding="utf-8"):
        path = self.directory / name
        path.write_bytes(csv_text(rows, header).encode(encoding))
        return path

    def bring(self, *paths, **options):
        """Imports files; the answer's JSON."""
        return self.json("import", "--store", "main", *paths, **options)

    def state(self):
        """Everything that a person can see of the orders, and that the books agree with it."""
        orders = self.json("orders", "--store", "main", "--limit", "0", "--at", "2030-01-01T00:00:00+08:00")["orders"]
        review = {k: v for k, v in self.json("review", "--store", "main", "--from", "2020-01-01", "--to", "2020-03-05").items()
                  if k not in ("data_age_s", "latest_fact_at", "stale")}
        self.zg("verify")
        return orders, review

    @contextlib.contextmanager
    def desk(self, *options):
        """A running desk; gives its URL."""
        with serving("serve", "--db", self.db, *options) as answer:
            yield answer["url"]


class Disk:
    """A real file system of a few MiB."""

    def __init__(self, directory, mib):
        self.path = directory
        os.mkdir(directory)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"zg-test", directory.encode(), b"tmpfs", 0, f"size={mib}m".encode()) != 0:
            raise Skip(f"a small disk cannot be mounted here: {os.strerror(ctypes.get_errno())}")
        self.libc = libc

    def fill(self, left=0):
        """Leaves no room, or so many bytes; gives the name of what fills it."""
        name = self.path + "/filler"
        with open(name, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(65536))
            except OSError:
                pass
            try:
                while True:
                    out.write(bytes(512))
            except OSError:
                pass
            out.truncate(max(0, out.tell() - left))
        return name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.libc.umount2(self.path.encode(), 2)


def told_as_root(file, story):
    """A story that mounts needs root; anybody is root in a namespace of their own. True: it was told there."""
    if os.geteuid() == 0 or "ZG_UNSHARED" in os.environ or not shutil.which("unshare"):
        return False
    got = subprocess.run(["unshare", "-Urm", sys.executable, file, story], capture_output=True, text=True, env={**os.environ, "ZG_UNSHARED": "1"})
    if got.returncode != 0 and got.stdout.startswith("1.."):
        raise AssertionError(got.stdout)
    if got.returncode != 0 or "# SKIP" in got.stdout:
        raise Skip("a small disk cannot be mounted here: " + (got.stderr.strip() or got.stdout.strip())[-200:])
    return True


def zhanggui(*words, code=0, lang=None, cwd=None, env=None):
    surroundings = {**os.environ, "LANG": "C.UTF-8", **(env or {})}
    for name in ("LC_ALL", "LC_MESSAGES", "ZHANGGUI_DB"):
        if not env or name not in env:
            surroundings.pop(name, None)
    if lang:
        words = (*words, "--lang", lang)
    got = subprocess.run([BINARY, *map(str, words)], capture_output=True, cwd=cwd, env=surroundings, timeout=600 * SLOW, stdin=subprocess.DEVNULL)
    out, err = got.stdout.decode(), got.stderr.decode()
    told = f"zhanggui {' '.join(map(str, words))}\nexit {got.returncode}\n{out[-2000:]}\n{err[-4000:]}"
    assert "Sanitizer" not in err and "runtime error" not in err, told
    assert got.returncode == code, f"expected exit {code}: {told}"
    return out, err


@contextlib.contextmanager
def serving(*words):
    """A desk on a free port, without a browser; gives what it prints as JSON when it is open."""
    process = subprocess.Popen([BINARY, *map(str, words), "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    try:
        line = process.stdout.readline()
        assert line, f"the desk did not open: {process.stderr.read().decode()}"
        yield json.loads(line)
        assert process.poll() is None, f"the desk ended by itself: {process.stderr.read().decode()}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            _, err = process.communicate(timeout=60 * SLOW)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError("the desk did not close when asked") from None
    assert process.returncode == 0, f"the desk closed with {process.returncode}: {err.decode()[-4000:]}"


def get(url):
    with urllib.request.urlopen(url, timeout=30 * SLOW) as answer:
        return answer.status, answer.read()


def csv_text(rows, header=HEADER):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


def order(number, status=PAID, placed="2020-02-10 10:00:00", paid="2020-02-10 10:01:00", amount="88.00", refund="0.00", note=""):
    """One row under HEADER; the buyer is invented."""
    got = amount if paid else "0.00"
    return [number, f"buyer_{number[-3:]}", amount, "0.00", amount, got, status, note, "王样一", "浙江省 杭州市 1号(000000)", "'17000000000",
            placed, paid, "保温杯", "1", refund]


def made_orders(path, orders, seed=1, later=False):
    with open(path, "wb") as out:
        subprocess.run([need(MAKE_ORDERS), "--orders", str(orders), "--seed", str(seed), *(["--later"] if later else [])], stdout=out, check=True)
    return path


def until(condition, seconds, what, every=0.02):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(every)
    raise AssertionError(f"waited {seconds * SLOW} s in vain for: {what}")


def run_stories(stories):
    """All story_ functions of a module's globals(), in order of their text; each gets an empty directory."""
    todo = [(name, f) for name, f in stories.items() if name.startswith("story_")]
    chosen = sys.argv[1:]
    todo = [(name, f) for name, f in todo if not chosen or any(word in name for word in chosen)]
    failed = 0
    print(f"1..{len(todo)}", flush=True)
    for number, (name, story) in enumerate(todo, 1):
        title = f"{name[6:]}: {(story.__doc__ or '').strip().splitlines()[0] if story.__doc__ else ''}"
        directory = tempfile.mkdtemp(prefix="zg-story-")
        try:
            story(directory)
            print(f"ok {number} - {title}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {title} # SKIP {reason}", flush=True)
        except Exception:  # a story fails in any way it likes
            failed += 1
            print(f"not ok {number} - {title}", flush=True)
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()), flush=True)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if failed else 0)
