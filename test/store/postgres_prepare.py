#!/usr/bin/env python3
"""Every SQL() statement and migration of the program, prepared by a real PostgreSQL 15.

A server of its own is made in a temporary folder (no TCP port, a socket in that folder), run as an unprivileged user, and
stopped by its process id. Controls: statements that only SQLite knows must be refused, and as many statements must be found as
stand in the sources. Exit 77 (skipped) where PostgreSQL 15 is not installed."""
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONTROLS = ["SELECT ifnull($1, 1)", "INSERT OR IGNORE INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, $2, $3)",
            "SELECT name FROM merchant WHERE rowid = $1", "SELECT no_such_column FROM orders"]


def find_programs():
    for folder in ("/usr/lib/postgresql/15/bin", shutil.which("postgres") and str(pathlib.Path(shutil.which("postgres")).resolve().parent)):
        if folder and os.access(f"{folder}/initdb", os.X_OK) and os.access(f"{folder}/postgres", os.X_OK):
            version = subprocess.run([f"{folder}/postgres", "--version"], capture_output=True, text=True).stdout
            if re.search(r"\b15\.", version) and shutil.which("psql"):
                return folder
    return None


class Server:
    def __init__(self, programs):
        self.folder = tempfile.mkdtemp(prefix="zg-pg-")
        self.as_user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.process = None
        data = f"{self.folder}/data"
        subprocess.run([f"{programs}/initdb", "-D", data, "-U", "tester", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.as_user)
        self.log = open(f"{self.folder}/log", "w")
        self.process = subprocess.Popen([f"{programs}/postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off",
                                         "-c", "max_connections=5", "-c", "shared_buffers=16MB"],
                                        stdout=self.log, stderr=self.log, cwd=self.folder, start_new_session=True, **self.as_user)
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if subprocess.run(["psql", "-h", self.folder, "-U", "tester", "-d", "postgres", "-Xqc", "SELECT 1"],
                              capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        self.stop()
        sys.exit("postgres_prepare: the server did not start:\n" + pathlib.Path(self.log.name).read_text()[-2000:])

    def run(self, statements):
        """Runs each statement; gives its error (or None) for each, in order."""
        script = "".join(f"\\echo @@{i}\n{s};\n" for i, s in enumerate(statements)) + "\\echo @@end\n"
        run = subprocess.run(["psql", "-h", self.folder, "-U", "tester", "-d", "postgres", "-Xq", "-v", "VERBOSITY=terse"], input=script,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        errors = [None] * len(statements)
        at = None
        for line in run.stdout.splitlines():
            if line.startswith("@@"):
                at = None if line == "@@end" else int(line[2:])
            elif at is not None and "ERROR" in line:
                errors[at] = line.strip()
        if "@@end" not in run.stdout:
            sys.exit(f"postgres_prepare: psql ended early: {run.stdout[-500:]}")
        return errors

    def stop(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        if self.process.poll() is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def count_in_sources():
    """SQL( .. ) and the rows of migrations.c, counted in the plain text: none may be lost on the way."""
    count = 0
    for path in (ROOT / "src").rglob("*.c"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.S | re.M)
        text = re.sub(r"//[^\n]*", "", text)
        count += len(re.findall(r"\bSQL\s*\(", text))
        if path.name == "migrations.c":
            count += len(re.findall(r"^\s*(?:TABLE|INDEX|COLUMN)\(", text, flags=re.M))
    return count


def main():
    programs = find_programs()
    if not programs:
        print("skipped: PostgreSQL 15 (postgresql-15) is not installed")
        return 77
    run = subprocess.run([sys.executable, str(ROOT / "tools/sql_list.py")], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if len(found) != count_in_sources():
        print(f"{count_in_sources()} statements stand in the sources, {len(found)} were found by tools/sql_list.py")
        return 1
    # migrations run in their order, those that move rows, too; the others make the tables that batches are
    makes = [s for s in found if s["file"].endswith("migrations.c") or s["sql"].lstrip().startswith("CREATE")]
    rest = [s for s in found if s not in makes]
    server = Server(programs)
    bad = 0
    try:
        errors = server.run([s["sql"] for s in makes])
        errors += server.run([f"DEALLOCATE ALL; PREPARE s AS {s['sql']}" for s in rest])
        for s, error in zip(makes + rest, errors):
            if error:
                bad += 1
                print(f"{s['file']}:{s['line']}: {error}\n    {s['sql'][:200]}")
        for control, error in zip(CONTROLS, server.run([f"DEALLOCATE ALL; PREPARE s AS {c}" for c in CONTROLS])):
            if not error:
                bad += 1
                print(f"a control was not refused: {control}")
    finally:
        server.stop()
    print(f"{len(makes)} definitions run and {len(rest)} statements prepared by PostgreSQL 15, {bad} refused; {len(CONTROLS)} controls")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
