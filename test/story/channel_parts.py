"""What the stories of channels talk to, each on a loopback port of its own and stopped by its process id: a real MTA (Exim), a real Kannel (bearerbox,
smsbox and its fake SMSC), a proxy that dies in the middle of an SMTP conversation, a receiver of robots' messages that misbehaves as it is told."""
import contextlib
import email
import email.policy
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time

from story import ROOT, SLOW, Skip

sys.path.insert(0, str(pathlib.Path(__file__).parent))
DRIVE = os.environ.get("ZG_CHANNEL_DRIVE", str(ROOT / "build" / "test" / "driver" / "channel_drive"))
NOBODY = 65534


def free_ports(n):
    """Ports that nobody has now; the sockets are held until all are found."""
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def wait_for(what, limit_s=20, text="it"):
    until = time.monotonic() + limit_s * SLOW
    while time.monotonic() < until:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError(f"{text} did not come within {limit_s * SLOW} s")


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def stop(process):
    """By its id, with what it started: each runs in a session of its own."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def hand_over(path):
    """To nobody, when we are root: Exim and Kannel run without rights."""
    if os.getuid() == 0:
        for where, folders, files in os.walk(path):
            for name in [where, *(os.path.join(where, n) for n in folders + files)]:
                os.chown(name, NOBODY, NOBODY)
        for parent in pathlib.Path(path).parents:
            mode = os.stat(parent).st_mode
            if not mode & 0o001:
                os.chmod(parent, mode | 0o011)


def as_nobody():
    return {"user": NOBODY, "group": NOBODY, "extra_groups": [NOBODY]} if os.getuid() == 0 else {}


# ---- sending ----

class Channel:
    """One channel in use, by test/driver/channel_drive.c."""

    def __init__(self, settings, *options):
        self.process = subprocess.Popen([DRIVE, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        self._line(settings)

    def _line(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def send(self, **message):
        self._line(message)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        said, code = self.process.stderr.read(), self.process.wait(30 * SLOW)
        self.process.stdout.close()
        self.process.stderr.close()
        assert code == 0 and said == "", f"the channel ended with {code}: {said}"


# ---- a certificate of our own ----

def make_certificate(directory):
    """(certificate, key), good for localhost and 127.0.0.1; it vouches for itself."""
    if not shutil.which("openssl"):
        raise Skip("openssl is not installed")
    cert, key = f"{directory}/cert.pem", f"{directory}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


# ---- Exim ----

EXIM = """
primary_hostname = mail.shop.example
admin_groups = {group}
exim_user = {user}
exim_group = {group}
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/exim.pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
tls_advertise_hosts = {tls}
tls_certificate = {dir}/cert.pem
tls_privatekey = {dir}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = data
deliver_drop_privilege = true
queue_only = false
keep_environment =
begin acl
rcpt:
  deny local_parts = gone
       message = no such buyer
  defer local_parts = busy
       message = greylisted, try later
  require condition = ${{if or{{{{eq{{{need_login}}}{{no}}}}{{!eq{{$authenticated_id}}{{}}}}}}}}
  accept
data:
  deny condition = ${{if match{{$message_body}}{{REFUSE-ME}}}}
       message = content refused
  defer condition = ${{if match{{$message_body}}{{LATER-ME}}}}
       message = try later
  accept
begin routers
all:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  maildir_format
  directory = {dir}/mail
  create_directory
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{shop}}}}{{eq{{$auth3}}{{canary-password-7}}}}}}}}
  server_set_id = $auth2
"""


class Exim:
    """A real MTA that keeps what it takes in one Maildir."""

    def __init__(self, directory, tls="*", need_login="no"):
        self.binary = shutil.which("exim4") or ("/usr/sbin/exim4" if os.path.exists("/usr/sbin/exim4") else None)
        if not self.binary:
            raise Skip("Exim is not installed (exim4-daemon-light)")
        self.directory = pathlib.Path(directory)
        for name in ("spool", "log", "mail"):
            (self.directory / name).mkdir()
        self.cert, _ = make_certificate(directory)
        self.port = free_ports(1)[0]
        (self.directory / "exim.conf").write_text(EXIM.format(dir=directory, user=NOBODY if os.getuid() == 0 else os.getuid(), group=NOBODY if os.getuid() == 0 else os.getgid(),
                                                              port=self.port, tls=tls, need_login=need_login))
        hand_over(directory)
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.binary, "-C", f"{self.directory}/exim.conf", "-bdf"], stdout=subprocess.DEVNULL, stderr=open(self.directory / "exim.err", "w"),
                                        start_new_session=True, cwd="/", **as_nobody())
        try:
            wait_for(lambda: listens(self.port) or self.process.poll() is not None, text="Exim")
            if self.process.poll() is not None:
                raise AssertionError("Exim does not start: " + (self.directory / "exim.err").read_text() + (self.log() or ""))
        except AssertionError:
            stop(self.process)
            raise

    def log(self):
        return "".join(p.read_text(errors="replace") for p in sorted((self.directory / "log").glob("*log")))

    def mails(self, who):
        all_of_them = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in sorted((self.directory / "mail" / "new").glob("*"))]
        return [m for m in all_of_them if m["Envelope-to"].split("@")[0] == who]

    def wait_mails(self, who, n):
        wait_for(lambda: len(self.mails(who)) >= n, text=f"{n} mails for {who}")
        return self.mails(who)

    def queued(self):
        return len(list((self.directory / "spool" / "input").rglob("*-H"))) if (self.directory / "spool" / "input").exists() else 0

    def settle(self):
        """Until all that was taken is delivered."""
        wait_for(lambda: self.queued() == 0, text="an empty queue")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)


# ---- a proxy that dies ----

class DyingProxy:
    """Between the channel and an SMTP server: speaks on for the first `point` steps of a conversation, then is gone. Counts from 1:

    1 nobody listens  2 before the greeting  3 before the answer to EHLO  4 to MAIL  5 to RCPT  6 to DATA  7 after 354, before a byte of the mail
    8 in the middle of the mail  9 the server has the final dot, its answer is lost  10 after that answer"""
    WORDS = {3: b"EHLO", 4: b"MAIL", 5: b"RCPT", 6: b"DATA"}

    def __init__(self, server_port):
        self.server_port, self.point, self.deaths = server_port, 0, 0
        self.port = free_ports(1)[0]
        self.listener = None
        self.listen()

    def listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(20)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def die_at(self, point):
        self.point = point
        if point == 1 and self.listener:
            self.deaths += 1
            self.close()

    def live(self):
        self.point = 0
        if not self.listener:
            self.listen()

    def close(self):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    @staticmethod
    def _line(s):
        got = b""
        while not got.endswith(b"\n"):
            c = s.recv(1)
            if not c:
                raise ConnectionError
            got += c
        return got

    def _reply(self, s):
        lines = []
        while not lines or lines[-1][3:4] == b"-":
            lines.append(self._line(s))
        return b"".join(lines)

    def _die(self, client):
        self.deaths += 1
        self._fall(client)

    @staticmethod
    def _fall(client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # as when a machine falls: a reset, no farewell
        raise ConnectionError

    def _mail(self, client, server):
        got = b""
        while not got.endswith(b"\r\n.\r\n"):
            part = client.recv(1024)
            if not part:
                raise ConnectionError
            got += part
            if self.point == 8 and len(got) > 3000:
                self._die(client)
            server.sendall(part)

    def _talk(self, client):
        server = socket.create_connection(("127.0.0.1", self.server_port))
        try:
            if self.point == 2:
                self._die(client)
            client.sendall(self._reply(server))
            while True:
                line = self._line(client)
                word = line[:4].upper()
                if self.WORDS.get(self.point) == word:
                    self._die(client)
                server.sendall(line)
                answer = self._reply(server)
                if word == b"DATA" and answer.startswith(b"354"):
                    if self.point == 7:
                        client.sendall(answer)
                        self._die(client)
                    client.sendall(answer)
                    self._mail(client, server)
                    answer = self._reply(server)  # the server has taken it
                    if self.point == 9:
                        self._die(client)
                    dies = self.point == 10  # settled before the answer: with it the other side goes on
                    self.deaths += dies
                    client.sendall(answer)
                    if dies:
                        self._fall(client)
                else:
                    client.sendall(answer)
        except OSError:
            pass
        finally:
            client.close()
            server.close()


# ---- Kannel ----

KANNEL = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {admin_password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
log-file = "{dir}/bearerbox.log"
log-level = 0
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
store-type = file
store-location = "{dir}/kannel.store"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
sendsms-interface = 127.0.0.1
global-sender = 10690000
log-file = "{dir}/smsbox.log"
log-level = 0
access-log = "{dir}/access.log"
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = shop
password = canary-kannel-9
max-messages = 10
concatenation = true
user-allow-ip = "127.0.0.1"

group = sms-service
keyword = default
text = "none"
max-messages = 0
"""


class Kannel:
    """bearerbox, smsbox, and the fake SMSC that prints what would go to phones."""

    def __init__(self, directory, config=KANNEL):
        self.bearerbox, self.smsbox, self.fake = shutil.which("bearerbox") or "/usr/sbin/bearerbox", shutil.which("smsbox") or "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"
        for program in (self.bearerbox, self.smsbox, self.fake):
            if not os.path.exists(program):
                raise Skip(f"{program} is not installed (kannel, kannel-extras)")
        self.directory = pathlib.Path(directory)
        admin, self.box, self.smsc, self.send = free_ports(4)
        self.url = f"http://127.0.0.1:{self.send}/cgi-bin/sendsms"
        (self.directory / "kannel.conf").write_text(config.format(dir=directory, admin=admin, admin_password="canary-admin", box=self.box, smsc=self.smsc, send=self.send))
        hand_over(directory)
        self.running = {}
        try:
            self.start()
        except AssertionError:
            self.__exit__()
            raise

    def settings(self, **more):
        return {"kind": "kannel", "url": self.url, "user": "shop", "password": "canary-kannel-9", **more}

    def _run(self, name, *command):
        out = open(self.directory / f"{name}.out", "a")
        self.running[name] = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.directory, start_new_session=True, **as_nobody())
        out.close()

    def start_bearerbox(self):
        self._run("bearerbox", self.bearerbox, "-v", "4", f"{self.directory}/kannel.conf")
        wait_for(lambda: listens(self.box), text="bearerbox")

    def start_smsbox(self):
        self._run("smsbox", self.smsbox, "-v", "4", f"{self.directory}/kannel.conf")
        wait_for(lambda: listens(self.send), text="smsbox")

    def start_fake(self):
        """One message comes in from a phone, which opens the line; it stays open."""
        self._run("fakesmsc", self.fake, "-H", "127.0.0.1", "-r", str(self.smsc), "-i", "0.1", "-m", "1", "-v", "0", "100 200 text nop")
        wait_for(lambda: "request: 'nop'" in (self.directory / "access.log").read_text(errors="replace"), text="the fake SMSC")

    def start(self):
        self.start_bearerbox()
        self.start_smsbox()
        if "smsc = fake" in (self.directory / "kannel.conf").read_text():
            self.start_fake()

    def kill(self, *names):
        """As if the machine had lost them."""
        for name in names or list(self.running):
            process = self.running.pop(name, None)
            if process:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)

    def settle(self):
        """Until it has written down what became of all it took over: what it had not when it is killed, it sends again by itself."""
        store, size, since = self.directory / "kannel.store", -1, time.monotonic()
        while time.monotonic() - since < 0.5:
            now = store.stat().st_size
            size, since = now, since if now == size else time.monotonic()
            time.sleep(0.02)

    def phone(self):
        """What phones would have got, as the fake SMSC prints it."""
        return (self.directory / "fakesmsc.out").read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            stop(process)


# ---- robots ----

class Robot:
    """A receiver of webhooks. `say` is the list of what to do with the next requests, then the last of it for ever:

    (status, headers, body)  "hang": no answer   "drip": 200, then a byte a second   "cut": the connection ends after the request
    "flood": 200 and an endless body"""

    def __init__(self, say=None):
        self.say, self.got = say or [(200, {}, b'{"errcode":0,"errmsg":"ok"}')], []
        robot = self
        self.over = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                robot.got.append((self.path, dict(self.headers), b""))
                self.answer((200, {}, b""))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                robot.got.append((self.path, dict(self.headers), body))
                self.answer(robot.say.pop(0) if len(robot.say) > 1 else robot.say[0])

            def answer(self, what):
                self.close_connection = True
                if what == "hang":
                    robot.over.wait(60)
                elif what == "cut":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                elif what in ("drip", "flood"):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
                    with contextlib.suppress(OSError):
                        while not robot.over.wait(1 if what == "drip" else 0):
                            self.wfile.write(b"{" if what == "drip" else b" " * 65536)
                else:
                    status, headers, body = what
                    self.send_response(status)
                    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self, kind, **more):
        path = {"dingtalk": "/robot/send?access_token=canary-token-5", "wecom": "/cgi-bin/webhook/send?key=canary-token-5", "feishu": "/open-apis/bot/v2/hook/canary-token-5"}[kind]
        secret = {} if kind == "wecom" else {"secret": "SECcanary-secret-3"}
        return {"kind": kind, "url": f"http://127.0.0.1:{self.port}{path}", **secret, **more}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
