"""The data plane: single pushes and gets, bulk pushes, what references cost, and the feed."""
import http.client
import json
import time

from figures import Figure
from load import CODES, lua_get, lua_push, ndjson, referring
from tools import Fault

PAGE = 10_000  # the feed's greatest limit


def push(bench, hub, database):
    path = hub.base["push"] + "/records"
    bench.wrk_figure("push", database, hub.port, lambda run: lua_push(path, hub.keys["bkd"], run))


def get(bench, hub, database):
    count = bench.options.loaded
    hub.fill("get", ndjson(bench.folder / "get.ndjson", "g", count), count)
    path = hub.base["get"] + "/records"
    bench.wrk_figure("get", database, hub.port, lambda run: lua_get(path, hub.keys["bappeda"], count))


def bulk(bench, hub, database):
    count, figure = bench.options.records, Figure("bulk", database, "records/s", [])
    for run in range(bench.options.runs):
        file = ndjson(bench.folder / "bulk.ndjson", f"b{run}", count)
        hub.forget_peak()
        took, missing = hub.load("bulk", file, count)
        figure.values.append(count / took)
        figure.failed += missing
        figure.peak_rss_mb.append(round(hub.memory("VmHWM"), 1))
    bench.add(figure)


def references(bench, hub, database):
    """A bulk whose records refer to a master, beside the same without the reference."""
    code = {"type": "object", "required": ["kode"], "properties": {"kode": {"type": "string"}}}
    hub.base["codes"] = hub.contract("codes", key=["/kode"], schema=code)
    codes = bench.folder / "codes.ndjson"
    codes.write_text("".join(f'{{"kode":"{code}"}}\n' for code in CODES), "ascii")
    hub.load("codes", codes, len(CODES))
    reference = {"field": "/alamat/kode_wilayah", "dataset": "bkd/codes/v1", "mode": "strict"}
    kinds = {
        "unbound": {},
        "filtered": {"filters": ["/alamat/kode_wilayah"]},
        "ignoring": {"references": [{**reference, "on_delete": "ignore"}]},
        "referring": {"references": [reference]},
    }
    figures = {}
    for kind, more in kinds.items():
        hub.base[kind] = hub.contract(kind, **more)
        figures[kind] = Figure(f"bulk, {kind}", database, "records/s", [])
    count = bench.options.records
    for run in range(bench.options.runs):
        file = referring(bench.folder / "references.ndjson", f"x{run}", count)
        for kind, figure in figures.items():
            took, missing = hub.load(kind, file, count)
            figure.values.append(count / took)
            figure.failed += missing
    for figure in figures.values():
        bench.add(figure)
    without = figures["unbound"].median
    costs = ", ".join(f"{kind} {without / figure.median - 1:+.0%}" for kind, figure in figures.items() if kind != "unbound")
    bench.note(f"{database}: time of a bulk beside one without references: {costs} (filtered: an index alone; ignoring: "
               "the check alone; referring: both, so that deletions can be judged)")


def read_feed(hub, base, most):
    """Changes and seconds of one reading to the end; looking into the pages is not timed."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=120)
    headers, since, count, took = {"Authorization": f"Bearer {hub.keys['bappeda']}"}, 0, 0, 0.0
    try:
        for _ in range(most // PAGE + 2):
            began = time.perf_counter()
            connection.request("GET", f"{base}/changes?since={since}&limit={PAGE}", headers=headers)
            answer = connection.getresponse()
            page = answer.read()
            took += time.perf_counter() - began
            if answer.status != 200:
                raise Fault(f"the feed was answered {answer.status}: {page[:400]!r}")
            count += page.count(b'"seq":')
            end = json.loads(b"{" + page[page.rindex(b"]") + 1:].lstrip(b", \n"))
            since = end["next"]
            if not end["more"]:
                return count, took
    finally:
        connection.close()
    raise Fault("the feed does not end")


def feed(bench, hub, database):
    count = bench.options.records
    if "bulk" in bench.options.only:
        expected = count * bench.options.runs
    else:
        hub.load("bulk", ndjson(bench.folder / "bulk.ndjson", "f", count), count)
        expected = count
    figure = Figure("feed", database, "records/s", [])
    for _ in range(bench.options.runs):
        found, took = read_feed(hub, hub.base["bulk"], expected)
        figure.values.append(found / took)
        figure.failed += abs(expected - found)
    bench.add(figure)
