"""Too much at once: throughput at five times the peak's connections, fairness between applications, and a
thousand connections."""
import contextlib
import subprocess
import time

from load import HEAD, TAIL, lua_get, lua_push, ndjson

MANY = 1_000


@contextlib.contextmanager
def connections(bench, count):
    """That wrk has so many."""
    before, bench.options.connections = bench.options.connections, count
    try:
        yield
    finally:
        bench.options.connections = before


def measure(bench, hub, database):
    path = hub.base["push"] + "/records"
    peak(bench, hub, database, path)
    fairness(bench, hub, database, path)
    many(bench, hub, database, path)


def rate(result):
    return (result["requests"] - result["status"]) / (result["us"] / 1e6)


def peak(bench, hub, database, path):
    """What is stored at the peak and with five times as many connections; goal: 90 % of it."""
    base, shares = bench.options.connections, []
    for run in range(bench.options.runs):
        rates = []
        for times in (1, 5):
            with connections(bench, base * times):
                script = lua_push(path, hub.keys["bkd"], f"o{run}-{times}")
                rates.append(bench.wrk(hub.port, script))
        shares.append(rate(rates[1]) / rate(rates[0]))
        bench.note(f"{database}: pushes stored: {rate(rates[0]):,.0f}/s over {base} connections, "
                   f"{rate(rates[1]):,.0f}/s over {base * 5} ({shares[-1]:.0%}; goal 90 %), "
                   f"p99 {rates[0]['p99'] / 1000:.1f} and {rates[1]['p99'] / 1000:.1f} ms, "
                   f"{rates[1]['status']} refused, {rates[1]['broken']} broken")


def fairness(bench, hub, database, path):
    """A quiet application beside one with a thousand connections: how many of its calls are refused; goal: none."""
    hub.keys["quiet"] = hub.command("app", "add", "bkd", "quiet")["key"]
    with connections(bench, MANY):
        script = lua_push(path, hub.keys["bkd"], "loud")
        command = bench.command(hub.port, script, bench.options.seconds + 2, "loud.lua")
    loud = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    refused, slowest, count, until = 0, 0.0, 0, time.monotonic() + bench.options.seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        status, _ = hub.call("POST", path, "quiet", f"{HEAD}quiet-{count}{TAIL}", {"Content-Type": "application/json"})
        slowest = max(slowest, time.perf_counter() - began)
        refused += status >= 400
        count += 1
    loud.wait()
    bench.note(f"{database}: beside a loud application with {MANY} connections a quiet one pushed {count} times, "
               f"{refused} refused, slowest {slowest * 1000:.0f} ms")


def many(bench, hub, database, path):
    """A thousand connections at once; goal: p99 below a second."""
    count = bench.options.loaded
    hub.load("get", ndjson(bench.folder / "many.ndjson", "g", count), count)
    gets = lua_get(hub.base["get"] + "/records", hub.keys["bappeda"], count)
    with connections(bench, MANY):
        for what, script in (("pushes", lua_push(path, hub.keys["bkd"], "many")), ("gets", gets)):
            result = bench.wrk(hub.port, script)
            bench.note(f"{database}: {MANY} connections, {what}: {rate(result):,.0f}/s, p50 {result['p50'] / 1000:.0f} ms, "
                       f"p99 {result['p99'] / 1000:.0f} ms (goal below 1,000), {result['status']} refused, "
                       f"{result['broken']} broken")
