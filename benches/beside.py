"""What systems that misbehave cost the hub's other traffic: gets by key while many callers wait for such systems."""
import collections
import contextlib
import http.client
import itertools
import socketserver
import threading
import time

import live
from figures import middle
from load import lua_get, ndjson
from systems import served

CALLERS = 64
PAUSE = 0.25  # seconds between two calls of one caller: refused calls shall not take the cores by their mere number
# Ordinary, and short enough that calls end by each of them within a measurement.
TIMEOUTS = {"connect_ms": 1_000, "answer_ms": 2_000, "idle_ms": 2_000, "total_ms": 5_000}
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
JSON = HEAD + b"application/json\r\n"


def well(connection):
    connection.sendall(JSON + b"Content-Length: %d\r\n\r\n%s" % (len(live.ANSWER), live.ANSWER.encode()))


def hang(connection):
    while connection.recv(1 << 16):
        pass


def drip(connection):
    connection.sendall(JSON + b"Content-Length: 10000\r\n\r\n{")
    while True:
        time.sleep(1)
        connection.sendall(b" ")


def half(connection):
    connection.sendall(JSON + b"Content-Length: 10000\r\n\r\n" + live.ANSWER.encode()[:200])


def endless(connection):
    connection.sendall(JSON + b"\r\n[\"")
    while True:
        connection.sendall(b"x" * (1 << 16))


def page(connection):
    connection.sendall(HEAD + b"text/html\r\nContent-Length: 30\r\n\r\n<html>Sedang perbaikan.</html>")


WAYS = {way.__name__: way for way in (well, hang, drip, half, endless, page)}
BAD = [name for name in WAYS if name != "well"]


class Call(socketserver.StreamRequestHandler):
    """Answers in the way that the path begins with."""

    def handle(self):
        way = self.rfile.readline().split(b"/")[1].decode()
        while self.rfile.readline().strip():
            pass
        with contextlib.suppress(OSError):
            WAYS[way](self.connection)


@contextlib.contextmanager
def calling(hub, paths):
    """Callers that call all the time; gives what they were answered, how often."""
    stopped, said = threading.Event(), collections.Counter()

    def call(name, path):
        while not stopped.wait(PAUSE):
            try:
                status = hub.call("GET", path, "bappeda")[0]
            except (OSError, http.client.HTTPException):
                status = "broken off"
            said[name, status] += 1

    threads = [threading.Thread(target=call, args=one) for one in itertools.islice(itertools.cycle(paths.items()), CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield said
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def measure(bench, hub, database):
    """Gets alone, beside callers of a system that is well, and of some that are not: left alone by the breaker, and never."""
    count, always = bench.options.loaded, {"breaker_failures": 1_000, "breaker_seconds": 1}
    hub.base["beside"] = hub.contract("beside")
    hub.fill("beside", ndjson(bench.folder / "beside.ndjson", "g", count), count)
    script = lua_get(hub.base["beside"] + "/records", hub.keys["bappeda"], count)
    with served(Call) as server:

        def path(name, dataset, **settings):
            base = f"http://127.0.0.1:{server.server_port}/{name}"
            hub.connector("bkd", dataset, base_url=base, timeouts=TIMEOUTS, **settings)
            return live.contract(hub, dataset, "enforce", dataset) + "/live/pegawai/1"

        stages = {
            "alone": {},
            "beside a system that is well": {"well": path("well", "well")},
            "beside systems that are not": {name: path(name, f"bad_{name}") for name in BAD},
            "beside them, never left alone": {name: path(name, f"worse_{name}", **always) for name in BAD},
        }
        for stage, paths in stages.items():
            hub.forget_peak()
            with calling(hub, paths) if paths else contextlib.nullcontext() as said:
                bench.wrk_figure(f"get, {stage}", database, hub.port, lambda _: script)
            here = bench.figures[-1]
            if not paths:
                alone = here
                continue
            answered = ", ".join(f"{name} {status} x {times}" for (name, status), times in sorted(said.items(), key=str))
            bench.note(f"{database}: get by key {stage} ({', '.join(paths)}; {CALLERS} callers): p50 {middle(here.p50_ms)} ms "
                       f"({middle(alone.p50_ms)} alone), p99 {middle(here.p99_ms)} ms ({middle(alone.p99_ms)}), "
                       f"{here.median:,.0f}/s ({alone.median:,.0f}), peak {hub.memory('VmHWM'):.0f} MB; answered: {answered}")
