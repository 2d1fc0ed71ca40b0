"""What stands between a seller's file and the desk: the importer's walls in the real binary, files made to do harm, kernels that lack a wall."""
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "story"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))
import hostile  # noqa: E402
from story import BINARY, SLOW, Shop, Skip, get, order, run_stories, zhanggui  # noqa: E402

WITHOUT, DRIVE, OPEN = (os.environ.get(n, "") for n in ("ZG_WITHOUT", "ZG_DESK_DRIVE", "ZG_TEST_IMPORTER_OPEN"))
HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


# ---- what the processes ask of the kernel ----

def trace(directory, *command, environment=None):
    """Lines of strace by process; files, network, and writes, which tell when the importer has said hello."""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    logs = pathlib.Path(directory, "strace")
    logs.mkdir()
    subprocess.run(["strace", "-ff", "-o", logs / "log", "-e", "trace=%file,%network,write", *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                   env={**os.environ, **(environment or {})})
    processes = {log.name: log.read_text(errors="replace").splitlines() for log in logs.iterdir()}
    shutil.rmtree(logs)
    return processes


def importers(processes):
    """What each importer did once it had said hello over its wire, which it does before it reads a byte."""
    found = []
    for lines in processes.values():
        if not any(line.startswith("execve(") and "--importer" in line and "= 0" in line for line in lines):
            continue
        hello = next((i for i, line in enumerate(lines) if line.startswith("write(3,")), None)
        if hello is not None:
            found.append([line for line in lines[hello + 1:] if not line.startswith(("write(", "+++", "---", "???"))])
    return found


def offences(processes):
    """Calls with a file's name or about a connection in an importer; files made and connections anywhere."""
    bad = [f"importer: {line}" for lines in importers(processes) for line in lines]
    for lines in processes.values():
        for line in lines:
            if "= -1" in line or "O_TMPFILE" in line:
                continue
            if re.match(r"open(at)?\(.*O_CREAT", line) or re.match(r"(mkdir|rename|link|symlink|creat|connect|bind|sendto\(\d+, .*sin_)", line):
                bad.append(line)
    return bad


def story_no_file_and_no_connection(directory):
    """not one of the hostile files makes a file or a connection, in any process; the control, an importer without walls, is caught"""
    if not DRIVE:
        raise Skip("the test programs are not built")
    files = [path for path, _ in hostile.make(pathlib.Path(directory, "files"))]
    processes = trace(directory, BINARY, "import", "--dry-run", "--json", *files)
    assert len(importers(processes)) >= len(files), len(importers(processes))
    assert not offences(processes), "\n".join(offences(processes)[:20])
    control = pathlib.Path(directory, "control.csv")
    for word, want in (("create", "O_CREAT"), ("connect", "connect("), ("open", "/etc/passwd")):
        control.write_text(f"zg-try {word} {directory}/mark-9\n{HEADER}1,1,1,x,2020-02-20 10:00:00,,0\n")
        zhanggui("init", "--db", f"{directory}/{word}.db", "--store", "main", "--name", "x", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Shanghai")
        seen = offences(trace(directory, DRIVE, f"{directory}/{word}.db", "import", "main", control, environment={"ZG_TEST_IMPORTER": OPEN}))
        assert any("importer: " in line and want in line for line in seen), f"{word}: a look at the calls does not notice it: {seen[:5]}"


# ---- kernels that lack a wall ----

def said_by(missing, directory, lang):
    """What serve says on standard error, and the health page, where the kernel lacks these."""
    shop = pathlib.Path(directory, f"{missing.replace(',', '-')}-{lang}.db")
    process = subprocess.Popen([WITHOUT, missing, BINARY, "serve", "--db", shop, "--port", "0", "--no-open", "--json", "--lang", lang],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = json.loads(process.stdout.readline())["url"]
        health = json.loads(get(url + "/healthz")[1])["importer"]
    finally:
        process.terminate()
        err = process.communicate(timeout=30 * SLOW)[1]
    # The importer tried at the start may be ended while the leak checker of a sanitized build begins to look at it.
    return re.sub(r"^==\d+==Can't open /proc/\d+/task for reading\.\n", "", err, flags=re.M), health


def story_kernel_without(directory):
    """a kernel without Landlock, without seccomp, without both: files are still read apart, and serve and the health page say what is missing"""
    if not WITHOUT:
        raise Skip("the test programs are not built")
    shop = Shop(directory)
    for i, (missing, en, zh) in enumerate((("landlock", "no Landlock", "没有 Landlock："), ("seccomp", "no seccomp", "没有 seccomp："),
                                           ("landlock,seccomp", "neither Landlock nor seccomp", "没有 Landlock 和 seccomp："))):
        for lang, words in (("en", en), ("zh", zh)):
            err, health = said_by(missing, directory, lang)
            assert words in err and err.count("\n") == 1, err
            assert health["reads"] and words in health["missing"][lang], health
            assert (health["landlock"] == 0) == ("landlock" in missing) and health["seccomp"] == ("seccomp" not in missing), health
        path = shop.write(f"ExportOrderList20200301000{i}.csv", [order(str(10000 + 100 * i + k)) for k in range(3)])
        out = subprocess.run([WITHOUT, missing, BINARY, "import", "--db", shop.db, "--store", "main", "--json", path], capture_output=True, text=True)
        assert out.returncode == 0 and json.loads(out.stdout)["files"][0]["added"] == 3, out
        assert en in out.stderr, out.stderr
    err, health = said_by("nothing", directory, "en")
    assert err == "" and health["missing"] is None and health["seccomp"] and health["landlock"] > 0, (err, health)


def story_wall_that_fails(directory):
    """a wall that the kernel has and that cannot be put up: nothing is read, and it is said"""
    if not WITHOUT:
        raise Skip("the test programs are not built")
    shop = Shop(directory)
    path = shop.write("ExportOrderList202003010000.csv", [order("1001")])
    out = subprocess.run([WITHOUT, "broken", BINARY, "import", "--db", shop.db, "--store", "main", path], capture_output=True, text=True)
    assert out.returncode == 1 and "could not be shut in" in out.stderr, out
    err, health = said_by("broken", directory, "zh")
    assert "现在无法导入文件" in err and not health["reads"], (err, health)
    assert shop.state()[0] == []


def story_each_wall_alone(directory):
    """each wall alone keeps an importer from files and connections; without both, the same tries go through"""
    if not WITHOUT or not DRIVE:
        raise Skip("the test programs are not built")
    zhanggui("init", "--db", f"{directory}/shop.db", "--store", "main", "--name", "x", "--platform", "tmall", "--currency", "CNY", "--zone", "Asia/Shanghai")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        mark = pathlib.Path(directory, f"mark-{listener.getsockname()[1]}")
        listener.setblocking(False)
        for missing, goes in (("seccomp", False), ("landlock", False), ("landlock,seccomp", True)):
            for word in ("open", "create", "connect", "kill"):
                path = pathlib.Path(directory, "try.csv")
                path.write_text(f"zg-try {word} {mark}\n{HEADER}1,1,1,x,2020-02-20 10:00:00,,0\n")
                out = subprocess.run([WITHOUT, missing, DRIVE, f"{directory}/shop.db", "import", "main", path], capture_output=True, text=True)
                assert ("went through" in out.stderr) == goes and mark.exists() == goes, f"without {missing}: {word}: {out.stderr} {mark.exists()}"
                mark.unlink(missing_ok=True)
            assert accepted(listener) == goes, f"without {missing}: a connection"


def accepted(listener):
    try:
        listener.accept()[0].close()
        return True
    except BlockingIOError:
        return False


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run_stories(globals())
