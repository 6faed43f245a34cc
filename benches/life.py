"""What a hub lives through: versions published under load, starts, and very many contracts."""
import json
import statistics
import threading
import time

from load import lua_get, lua_push

CONTRACTS = 2_000  # how many are published beside the measured ones


def publish(bench, hub, database):
    """The slowest push while versions are published one after the other, and without."""
    path = hub.base["publish"] + "/records"
    script = lambda run: lua_push(path, hub.keys["bkd"], run)
    bench.wrk(hub.port, script("w"), seconds=bench.options.warmup)
    before = bench.wrk(hub.port, script("before"))
    published, stopped = [0], threading.Event()

    def publish():
        while not stopped.is_set():
            published[0] += 1
            hub.contract("publish", f"1.{published[0]}.0")

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        during = bench.wrk(hub.port, script("during"))
    finally:
        stopped.set()
        thread.join()
    failed = during["status"] + during["broken"]
    bench.note(f"{database}: {published[0]} versions published in {bench.options.seconds} s under {during['requests']} pushes: "
               f"{failed} failed; slowest {during['max'] / 1000:.1f} ms, p99 {during['p99'] / 1000:.1f} ms "
               f"(without: slowest {before['max'] / 1000:.1f} ms, p99 {before['p99'] / 1000:.1f} ms); each publication runs a "
               "command beside the hub on the same two cores")


def restarted(bench, hub):
    """Seconds from a start until it is ready, in the middle."""
    seconds = []
    for _ in range(bench.options.runs):
        hub.stop()
        seconds.append(hub.start())
    return statistics.median(seconds)


def start(bench, hub, database):
    """How long a start takes on what was stored, and how much memory an idle hub holds."""
    stored = sum(json.loads(hub.call("GET", f"{base}/records?limit=1&count=exact", "bappeda")[1])["count"]
                 for base in hub.base.values())
    bench.note(f"{database}: ready {restarted(bench, hub):.2f} s after the start on {stored:,} records; "
               f"{hub.memory('VmRSS'):.0f} MB when idle")


def contracts(bench, hub, database):
    """What very many published contracts cost: a start, and a look-up by key."""
    path = hub.base["get"] + "/records"
    looked_up = lambda: bench.wrk(hub.port, lua_get(path, hub.keys["bkd"], bench.options.loaded))
    before = looked_up()
    began = time.perf_counter()
    for number in range(CONTRACTS):
        hub.manage("POST", "/admin/contracts?publish=true", hub.document(f"many{number}"))
    took = time.perf_counter() - began
    after = looked_up()
    again = restarted(bench, hub)
    rate = lambda done: done["requests"] / bench.options.seconds
    bench.note(f"{database}: {CONTRACTS:,} contracts published one by one in {took:.1f} s; ready {again:.2f} s "
               f"after the start with them, {hub.memory('VmRSS'):.0f} MB; gets {rate(after):,.0f}/s "
               f"(before them {rate(before):,.0f}/s)")
