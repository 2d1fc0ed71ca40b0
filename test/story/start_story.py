"""./start as a newcomer runs it, in a tree where everything is built: no questions, quick, and the demo shop is there."""
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error

from story import ROOT, get, run_stories


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(directory, *words):
    """Starts it with a home of its own; seconds until the page is served."""
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen([ROOT / "start", "--port", str(port), "--no-open", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, env={**os.environ, "HOME": directory, "XDG_DATA_HOME": "", "ZHANGGUI_DB": "", "LANG": "C.UTF-8"})
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            status, page = get(url)
            break
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, process.stdout.read().decode()
            assert time.monotonic() - began < 120, "no page after two minutes"
            time.sleep(0.02)
    seconds = time.monotonic() - began
    assert status == 200 and b"<html" in page.lower()
    return process, url, seconds


def stop(process):
    process.send_signal(signal.SIGTERM)
    out = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 0, out
    return out


def story_own_shop(directory):
    """the desk opens on its port and prints where, with the one-time code"""
    process, url, seconds = start(directory)
    out = stop(process)
    print(f"# ./start to the first page: {seconds:.2f} s")
    assert f"The desk is open on {url}" in out and "one-time code" in out, out
    assert os.path.exists(directory + "/.local/share/zhanggui/shop.db")
    process, _, seconds = start(directory)
    stop(process)
    print(f"# again: {seconds:.2f} s")
    assert seconds < 5, f"{seconds:.1f} s, though nothing had to be built"


def story_demo(directory):
    """--demo serves the demo shop from a database of its own"""
    process, url, _ = start(directory, "--demo")
    session = json.loads(get(url + "/api/v1/session")[1])
    assert session["demo"] and len(session["demo_logins"]) >= 4, session
    stop(process)
    assert os.path.exists(directory + "/.local/share/zhanggui/demo.db") and not os.path.exists(directory + "/.local/share/zhanggui/shop.db")


if __name__ == "__main__":
    run_stories(globals())
