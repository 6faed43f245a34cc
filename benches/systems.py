"""Other systems on the same machine: scheduled pulls from one, deliveries to one and to many."""
import contextlib
import http.server
import json
import statistics
import threading
import time
import urllib.parse

from figures import Figure
from load import HEAD, TAIL, ndjson
from tools import Fault, nginx, wait_until

SUBSCRIPTIONS = 500  # how many are delivered at once


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers on connections that stay open, and tells nobody."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Pages(Answering):
    """An agency's system that is as fast as it can be: pages made beforehand, given out by number."""

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        number = int(query["page"][0])
        self.answer(200, self.server.pages[number] if number < len(self.server.pages) else b"[]")


class Endpoint(Answering):
    """Notes when each change came."""

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        now = time.perf_counter()
        for change in message.get("changes", ()):
            self.server.came.setdefault(change["key"], now)
        self.answer(204)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


@contextlib.contextmanager
def served(handler, **known):
    """A server on a port of its own; its handlers see what is `known` as its attributes."""
    server = Server(("127.0.0.1", 0), handler)
    for name, value in known.items():
        setattr(server, name, value)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def pages(prefix, count, page=1_000):
    numbers = range(1, count + 1)
    return [("[" + ",".join(f"{HEAD}{prefix}-{number}{TAIL}" for number in numbers[first:first + page]) + "]").encode()
            for first in range(0, count, page)]


def pulls(bench, hub, database):
    """Scheduled pulls from a fast system on the same machine: items as they are, and mapped by jq."""
    count = bench.options.records
    with served(Pages, pages=[]) as system:
        hub.connector("bkd", "fast", system.server_port)
        for what, dataset, mapping in (("pull", "pulled", None), ("pull, mapped", "mapped", ".nilai = .nilai | .aktif |= not | .")):
            hub.base[dataset] = hub.contract(dataset)
            settings = {"dataset": f"bkd/{dataset}/v1", "connector": "fast", "path": "/",
                        "paging": {"by": "page", "parameter": "page", "first": 0}}
            settings |= {"mapping": mapping} if mapping else {}
            pull = hub.manage("POST", "/admin/pulls", {"settings": settings})["id"]
            figure = Figure(what, database, "records/s", [])
            for run in range(bench.options.runs):
                system.pages = pages(f"p{run}", count)
                hub.forget_peak()
                hub.manage("POST", f"/admin/pulls/{pull}/run")
                newest = {}

                def ended():
                    runs = hub.manage("GET", f"/admin/pulls/{pull}/runs")["runs"]
                    newest.update(runs[0] if runs else {})
                    return len(runs) == run + 1 and newest["outcome"] != "running"

                wait_until("the pull's end", ended, hub.process, 600)
                if newest["outcome"] != "ok":
                    raise Fault(f"the pull ended {newest['outcome']}: {newest['reason']}")
                figure.values.append(count / (newest["duration_ms"] / 1_000))
                figure.failed += count - newest["created"]
                figure.peak_rss_mb.append(round(hub.memory("VmHWM"), 1))
            bench.add(figure)


def deliveries(bench, hub, database):
    """To one receiver, to many at once, and how long a change takes when nothing else happens."""
    hub.base["deliver"] = hub.contract("deliver")
    count = min(bench.options.records, 50_000)
    hub.fill("deliver", ndjson(bench.folder / "deliver.ndjson", "d", count), count)
    application = next(one["id"] for one in hub.manage("GET", "/admin/applications")["applications"] if one["opd"] == "bappeda")
    with nginx(bench.folder / f"nginx-deliveries-{database}", "return 204;", 204) as port, served(Endpoint, came={}) as server:

        def subscribe(connector, since):
            return hub.manage("POST", "/admin/subscriptions", {
                "dataset": "bkd/deliver/v1", "application": application, "connector": connector, "path": "/", "since": since})["id"]

        fast = hub.connector("bappeda", "fast", port, max_concurrent=1000)
        one, figure = subscribe(fast, count), Figure("deliveries", database, "changes/s", [])
        for _ in range(bench.options.runs):
            began = time.perf_counter()
            hub.manage("POST", f"/admin/subscriptions/{one}/replay", {"since": 0})
            wait_until("the receiver", lambda: hub.manage("GET", f"/admin/subscriptions/{one}")["seq"] == count, seconds=120)
            figure.values.append(count / (time.perf_counter() - began))
        bench.add(figure)
        hub.manage("DELETE", f"/admin/subscriptions/{one}")

        slow = hub.connector("bappeda", "timed", server.server_port, max_concurrent=1000)
        timed, waits = subscribe(slow, count), []
        for number in range(30):
            time.sleep(0.2)
            began = time.perf_counter()
            body = f"{HEAD}latency-{number}{TAIL}"
            hub.call("POST", hub.base["deliver"] + "/records", body=body, headers={"Content-Type": "application/json"})
            wait_until("the change", lambda: f"latency-{number}" in server.came, seconds=10)
            waits.append((server.came[f"latency-{number}"] - began) * 1000)
        bench.note(f"{database}: from the push to the receiver, idle: {statistics.median(waits):.0f} ms in the middle, "
                   f"{max(waits):.0f} ms at most")
        hub.manage("DELETE", f"/admin/subscriptions/{timed}")

        count += 30
        for _ in range(SUBSCRIPTIONS):
            subscribe(fast, count)
        figure = Figure(f"deliveries, {SUBSCRIPTIONS} subscriptions", database, "changes/s", [])
        for run in range(bench.options.runs):
            more = 500
            began = time.perf_counter()
            hub.load("deliver", ndjson(bench.folder / "deliver.ndjson", f"m{run}", more), more)
            count += more
            done = lambda: all(one["seq"] == count for one in hub.manage("GET", "/admin/subscriptions?limit=1000")["subscriptions"])
            wait_until("all receivers", done, seconds=120)
            figure.values.append(more * SUBSCRIPTIONS / (time.perf_counter() - began))
        bench.add(figure)
        for one in hub.manage("GET", "/admin/subscriptions?limit=1000")["subscriptions"]:
            hub.manage("DELETE", f"/admin/subscriptions/{one['id']}")
