"""A soak: everything at once at an even pace for as long as asked; memory, file handles and threads meanwhile."""
import contextlib
import json
import pathlib
import subprocess
import time

from figures import Figure, result
from load import HEAD, TAIL, lua_get, lua_push, ndjson
from tools import Fault, stop

BULK = 2_000
TOLD = 12  # so many samples of all are told


def paced(script, milliseconds):
    """The same of wrk, each of whose connections waits so long before a request."""
    return f"{script}\nfunction delay() return {milliseconds} end\n"


def measure(bench, hub, database):
    count = bench.options.loaded
    hub.base["soak"] = hub.contract("soak")
    hub.fill("soak", ndjson(bench.folder / "soak.ndjson", "g", count), count)
    pushes = paced(lua_push(hub.base["push"] + "/records", hub.keys["bkd"], "soak"), 30)
    gets = paced(lua_get(hub.base["soak"] + "/records", hub.keys["bappeda"], count), 15)
    seconds = bench.options.minutes * 60
    with contextlib.ExitStack() as running:
        drivers = []
        for name, script in (("pushes", pushes), ("gets", gets)):
            command = bench.command(hub.port, script, seconds, f"soak-{name}.lua")
            driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            running.callback(stop, driver)
            drivers.append((name, driver))
        samples = watch(bench, hub, time.monotonic() + seconds)
        for name, driver in drivers:
            said, _ = driver.communicate(timeout=60)
            told = result(driver.returncode, said)
            bench.add(Figure(f"soak, {name}", database, "requests/s", [told["requests"] / (told["us"] / 1e6)],
                             [told["p50"] / 1000], [told["p99"] / 1000], told["status"] + told["broken"]))
    step = max(1, len(samples) // TOLD)
    told = ", ".join(f"{memory:.0f} MB/{handles}/{threads}" for memory, handles, threads in samples[::step])
    bench.note(f"{database}: soak of {bench.options.minutes} minutes, memory, file handles and threads from first to last: {told}")


def watch(bench, hub, until):
    """What else is asked meanwhile, a round each second; what the process holds each minute."""
    samples, round_number, since = [], 0, 0
    while time.monotonic() < until:
        began = time.monotonic()
        since = one_round(hub, round_number, since)
        if round_number % 60 == 0:
            bulk(bench, hub, round_number)
            samples.append(held(hub))
            memory, handles, threads = samples[-1]
            print(f"soak: minute {round_number // 60}: {memory:.0f} MB, {handles} file handles, {threads} threads", flush=True)
        round_number += 1
        time.sleep(max(0.0, 1 - (time.monotonic() - began)))
    return samples


def one_round(hub, number, since):
    """A page of the feed, of the list and of the log, a history, a record that breaks a rule, somebody unknown; gives how
    far the feed was read."""
    push, get = hub.base["push"], hub.base["soak"]
    page = json.loads(expect(hub, 200, "GET", f"{push}/changes?limit=10000&since={since}"))
    expect(hub, 200, "GET", f"{get}/records?limit=100", "bappeda")
    expect(hub, 200, "GET", f"{get}/records/g-{number % 1000 + 1}/history")
    expect(hub, 422, "POST", f"{push}/records", body=f"{HEAD}!{TAIL}")
    expect(hub, 200, "GET", "/admin/exchanges?limit=50", "admin")
    hub.keys["nobody"] = f"nobody-{number}"
    expect(hub, 401, "GET", f"{get}/records/g-1", "nobody")
    return page["next"]


def bulk(bench, hub, number):
    file = ndjson(bench.folder / "soak-bulk.ndjson", f"soak{number}", BULK)
    hub.load("bulk", file, BULK)


def expect(hub, status, method, path, opd="bkd", body=None):
    headers = {"Content-Type": "application/json"} if body else None
    got, said = hub.call(method, path, opd, body, headers)
    if got != status:
        raise Fault(f"{method} {path} was answered {got}, not {status}: {said[:400]!r}")
    return said


def held(hub):
    process = pathlib.Path(f"/proc/{hub.process.pid}")
    count = lambda of: len(list((process / of).iterdir()))
    return hub.memory("VmRSS"), count("fd"), count("task")
