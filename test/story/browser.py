"""A client of the desk's API as stories need it: cookies, the CSRF token, any header, and every status as an answer."""
import http.client
import json
import os
import urllib.parse

PASSWORD = "copper kettle 7 leaves"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("error", {}).get("code") if self.status >= 400 else None


class Browser:
    def __init__(self, url, machine=None):
        self.machine = machine  # the address that the desk sees; None: 127.0.0.1
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.origin = parts.hostname, parts.port, url
        self.cookie = self.csrf = self.session = None

    def ask(self, method, path, body=None, headers=None, csrf=True, content="application/json"):
        """path below /api/v1 unless it begins with '!'; a dict is sent as JSON, bytes as they are."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120, source_address=self.machine and (self.machine, 0))
        h = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        if self.cookie:
            h["Cookie"] = self.cookie
        if csrf and self.csrf and method not in ("GET", "HEAD"):
            h["X-CSRF-Token"] = self.csrf
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        if data is not None:
            h["Content-Type"] = content
        h.update(headers or {})
        connection.request(method, path[1:] if path.startswith("!") else "/api/v1" + path, data, {k: v for k, v in h.items() if v is not None})
        got = connection.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        connection.close()
        planted = answer.headers.get("set-cookie")
        if planted:
            self.cookie = planted.split(";")[0]
        return answer

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.ask("POST", path, {} if body is None else body, **options)

    def take(self, answer, status=200):
        """Expects a session answer and goes on with it."""
        assert answer.status == status, (answer.status, answer.body)
        self.session = answer.json
        self.csrf = self.session["csrf"]
        return self

    def setup(self, code, name="王店主", store=None):
        return self.take(self.post("/setup", {"code": code, "name": name, "password": PASSWORD, "store": store}))

    def login(self, name, password=PASSWORD):
        return self.take(self.post("/login", {"name": name, "password": password}))

    def upload(self, store, name, data):
        return self.ask("POST", f"/stores/{store}/uploads", data, headers={"X-File-Name": urllib.parse.quote(os.path.basename(name))},
                        content="application/octet-stream")


ROLES = ["owner", "operator", "service", "warehouse"]


def staff(url, code):
    """An owner by set-up, one account a role, all signed in: {role: Browser}."""
    owner = Browser(url).setup(code)
    people = {"owner": owner}
    for role in ROLES[1:]:
        made = owner.post("/accounts", {"name": role, "role": role, "password": PASSWORD})
        assert made.status == 201, made.body
        people[role] = Browser(url).login(role)
    return people
