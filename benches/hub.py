"""The hub under measurement, and how its release binary is built."""
import base64
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from load import SCHEMA
from tools import Fault, answers, free_port, stop, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent


def build():
    done = subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "mahakam",
                           "--message-format=json-render-diagnostics"],
                          cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    paths = [json.loads(line).get("executable") for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not any(paths):
        raise Fault("the release binary does not build")
    return [path for path in paths if path][-1]


class Hub:
    """A hub of its own on a fresh database, with one contract per measurement."""

    def __init__(self, binary, folder, url):
        folder.mkdir()
        self.settle(binary, folder, url)
        self.start()
        try:
            self.keys |= {code: self.application(code) for code in ("bkd", "bappeda")}
            self.base = {part: self.contract(part) for part in ("push", "get", "bulk", "publish")}
        except BaseException:
            stop(self.process)
            print((folder / "log").read_text("utf-8", "replace")[-1000:], file=sys.stderr)
            raise

    def settle(self, binary, folder, url):
        """Where it runs, and with which settings."""
        self.binary, self.folder, self.port = binary, folder, free_port()
        self.keys = {"admin": "bench-" + "a" * 40}
        # The caller's own settings must not reach the hub that is measured.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAHAKAM_")}
        self.environment = {**inherited, "MAHAKAM_DATABASE_URL": url, "MAHAKAM_LISTEN": f"127.0.0.1:{self.port}",
                            "MAHAKAM_SECRET_KEY": base64.b64encode(b"b" * 32).decode(),
                            "MAHAKAM_ADMIN_KEY": self.keys["admin"]}

    def start(self):
        """Seconds until it is ready."""
        began = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], cwd=self.folder, env=self.environment, stdout=log,
                                            stderr=log)
        wait_until("the hub", lambda: answers(self.port, "/health/ready"), self.process)
        return time.perf_counter() - began

    def stop(self):
        stop(self.process)

    def command(self, *arguments):
        done = subprocess.run([self.binary, *arguments, "--json"], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise Fault(f"mahakam {' '.join(arguments)} failed: {(done.stderr or done.stdout).strip()[-400:]}")
        return json.loads(done.stdout)

    def application(self, code):
        self.command("opd", "add", code, f"OPD {code}")
        return self.command("app", "add", code, "bench")["key"]

    def document(self, dataset, version="1.0.0", **more):
        return {
            "mahakam": "1", "opd": "bkd", "dataset": dataset, "version": version, "kind": "master",
            "title": dataset, "description": f"Benchmark: {dataset}", "key": ["/nomor"], "schema": SCHEMA,
            "classification": {"level": "restricted", "reason": "benchmark"},
            "grants": [{"opd": "bappeda", "may": ["pull"]}], **more,
        }

    def contract(self, dataset, version="1.0.0", **more):
        return self.publish(dataset, self.document(dataset, version, **more))

    def publish(self, dataset, document):
        file = self.folder / f"{dataset}.json"
        file.write_text(json.dumps(document), "utf-8")
        self.command("contract", "register", str(file), "--publish")
        base = f"/api/bkd/{dataset}/v1"
        wait_until(f"the contract {dataset}", lambda: self.call("GET", f"{base}/schema")[0] == 200, self.process, 10)
        return base

    def call(self, method, path, opd="bkd", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300, blocksize=1 << 18)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.keys[opd]}", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def manage(self, method, path, body=None):
        """Asks management; gives its answer."""
        headers = {"Content-Type": "application/json"} if body else None
        status, said = self.call(method, path, "admin", json.dumps(body) if body else None, headers)
        if status >= 300:
            raise Fault(f"{method} {path} was answered {status}: {said[:400]!r}")
        return json.loads(said)

    def connector(self, opd, name, port=None, **settings):
        """One to a system on this machine; gives its number."""
        settings = {"base_url": f"http://127.0.0.1:{port}", "allow_networks": ["127.0.0.0/8"], **settings}
        return self.manage("POST", "/admin/connectors", {"opd": opd, "name": name, "settings": settings})["id"]

    def load(self, dataset, file, count):
        """One POST of the whole file; seconds taken and how many records were not created."""
        headers = {"Content-Type": "application/x-ndjson", "Content-Length": str(file.stat().st_size)}
        with file.open("rb") as body:
            began = time.perf_counter()
            status, said = self.call("POST", self.base[dataset] + "/records", body=body, headers=headers)
            took = time.perf_counter() - began
        if status != 200:
            raise Fault(f"the bulk push was answered {status}: {said[:400]!r}")
        return took, count - json.loads(said)["created"]

    def fill(self, dataset, file, count):
        """Loads what is used later, all of it."""
        _, missing = self.load(dataset, file, count)
        if missing:
            raise Fault(f"{missing} of {count} records of {dataset} were not created")

    def memory(self, field):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", "ascii")
