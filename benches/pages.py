"""How long the pages for people take over many records, integrations and letters, and how big they are."""
import concurrent.futures
import http.client
import json
import statistics
import subprocess
import time

from load import ndjson
from tools import Fault

# How many of each there are in a province after some years.
INTEGRATIONS, LETTERS, AGENCIES = 10_000, 10_000, 40
GOAL_MS, GOAL_KB = 100, 60
PASSWORD = "rahasia-pengukuran-2026"
# Who looks: sign-in name, role, agency.
PEOPLE = (("pejabat", "administrator", None), ("produsen", "opd", "bkd"), ("tim", "technical-team", None),
          ("petugas", "operator", None), ("pengawas", "auditor", None))
EVERYBODY = ("/", "/integrations", "/integrations?state=open&overdue=true", "/integrations/2026/77", "/letters", "/datasets",
             "/datasets/bkd/pages/v1", "/datasets/bkd/pages/v1?f./golongan=III%2Fc", "/reports", "/docs", "/docs/bkd/pages/v1")
OFFICE = ("/manage", "/manage/opds", "/manage/people", "/manage/contracts", "/manage/systems", "/manage/applications",
          "/manage/exchanges", "/manage/audit")


def add_people(hub):
    for name, role, opd in PEOPLE:
        command = [hub.binary, "user", "add", name, "--name", name.title(), "--role", role, "--password-stdin",
                   *(("--opd", opd) if opd else ())]
        done = subprocess.run(command, cwd=hub.folder, env=hub.environment, input=PASSWORD + "\n", text=True,
                              capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise Fault(f"user add {name} failed: {done.stderr.strip()[-300:]}")


def add_province(hub):
    """Agencies, integrations in their first step and letters."""
    agencies = [f"opd{number}" for number in range(AGENCIES)]
    for code in agencies:
        hub.command("opd", "add", code, f"Dinas {code}")

    def integration(number):
        asker = agencies[number % AGENCIES]
        hub.manage("POST", "/admin/integrations", {
            "subject": f"Integrasi data pegawai {number}", "contracts": ["bkd/pages/v1"],
            "parties": [{"opd": asker, "side": "asker"}, {"opd": "bkd", "side": "provider"}]})

    def letter(number):
        hub.manage("POST", "/admin/letters", {
            "number": f"005/{number}/OPD", "date": "2026-03-02", "subject": f"Permohonan integrasi {number}",
            "origin": f"Dinas {number % AGENCIES}", "received_on": "2026-03-03"})

    with concurrent.futures.ThreadPoolExecutor(4) as many:
        list(many.map(integration, range(INTEGRATIONS)))
        list(many.map(letter, range(LETTERS)))


def signed_in(hub, name):
    """The cookie of a session."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=60)
    connection.request("POST", "/session", json.dumps({"name": name, "password": PASSWORD}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status >= 300:
        raise Fault(f"{name} could not sign in: {answer.status} {said[:300]!r}")
    return answer.getheader("Set-Cookie").split(";")[0]


def look(hub, cookie, path, times):
    """Milliseconds until all of the page was there, its status, and its size packed in KB."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=60)
    headers = {"Cookie": cookie, "Accept": "text/html", "Accept-Encoding": "gzip"}
    took = []
    for _ in range(times):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read()) / 1024
        took.append((time.perf_counter() - began) * 1000)
    return took, answer.status, size


def measure(bench, hub, database):
    count = bench.options.page_records
    hub.base["pages"] = hub.contract("pages", filters=["/golongan"])
    hub.fill("pages", ndjson(bench.folder / "pages.ndjson", "p", count), count)
    add_people(hub)
    add_province(hub)
    slow = []
    for name, role, _ in PEOPLE:
        cookie = signed_in(hub, name)
        for path in (*EVERYBODY, *OFFICE):
            took, status, size = look(hub, cookie, path, bench.options.runs + 2)
            if status == 403:
                continue
            # The first look of all pays for what is read from the disk.
            middle, worst = statistics.median(took), max(took[1:])
            line = f"{database}: {role}: {path}: {middle:.0f} ms (first {took[0]:.0f}, worst after {worst:.0f}), {size:.0f} KB, {status}"
            print(line, flush=True)
            if status != 200 or middle > GOAL_MS or size > GOAL_KB:
                slow.append(line)
    bench.note(f"{database}: pages over {count:,} records, {INTEGRATIONS:,} integrations and {LETTERS:,} letters: "
               f"{len(slow)} miss {GOAL_MS} ms or {GOAL_KB} KB")
    for line in slow:
        bench.note(line)
