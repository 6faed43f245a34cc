"""What is measured, wrk that measures most of it, and the report."""
import dataclasses
import json
import re
import statistics
import subprocess

from tools import Fault, find

NGINX = "nginx, fixed 200"
# What the project wants to reach on two cores shared with the load generator.
GOALS = {
    ("push", "sqlite"): 25_000, ("push", "postgres"): 18_000,
    ("bulk", "sqlite"): 80_000, ("bulk", "postgres"): 40_000,
    ("get", "sqlite"): 45_000, ("get", "postgres"): 45_000,
    ("pull", "sqlite"): 20_000, ("pull", "postgres"): 20_000,
    ("pull, mapped", "sqlite"): 20_000, ("pull, mapped", "postgres"): 20_000,
    ("feed", "sqlite"): 400_000, ("feed", "postgres"): 400_000,
    ("deliveries", "sqlite"): 5_000, ("deliveries", "postgres"): 5_000,
}

@dataclasses.dataclass
class Figure:
    """One thing measured several times."""

    what: str
    database: str
    unit: str
    values: list
    p50_ms: list = dataclasses.field(default_factory=list)
    p99_ms: list = dataclasses.field(default_factory=list)
    failed: int = 0
    peak_rss_mb: list = dataclasses.field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.values)

    def as_dict(self, nginx):
        return {
            "what": self.what, "database": self.database, "unit": self.unit, "median": round(self.median, 1),
            "min": round(min(self.values), 1), "max": round(max(self.values), 1),
            "values": [round(value, 1) for value in self.values],
            "p50_ms": middle(self.p50_ms), "p99_ms": middle(self.p99_ms),
            "peak_rss_mb": max(self.peak_rss_mb, default=None), "failed": self.failed,
            "ratio_to_nginx": round(self.median / nginx, 4) if nginx else None,
            "goal": GOALS.get((self.what, self.database)),
        }


def result(code, told, complained=""):
    """What wrk measured, as its script told it."""
    found = re.search(r"^RESULT (.*)$", told, re.MULTILINE)
    if code or not found:
        raise Fault(f"wrk failed: {(complained or told).strip()[-400:]}")
    return json.loads(found[1])


def middle(values):
    return round(statistics.median(values), 3) if values else None


class Bench:
    """Settings, the folder to work in, and the figures so far."""

    def __init__(self, options, folder):
        self.options, self.folder, self.figures, self.notes = options, folder, [], []

    def note(self, text):
        """A figure that is no rate."""
        self.notes.append(text)
        print(text, flush=True)

    def add(self, figure):
        self.figures.append(figure)
        line = f"{figure.database:9} {figure.what:42} {figure.median:12,.0f} {figure.unit}"
        print(f"{line}  ({min(figure.values):,.0f} .. {max(figure.values):,.0f})"
              + (f"  p99 {middle(figure.p99_ms)} ms" if figure.p99_ms else "")
              + (f"  peak {max(figure.peak_rss_mb):.0f} MB" if figure.peak_rss_mb else "")
              + (f"  {figure.failed} FAILED" if figure.failed else ""), flush=True)

    def wrk(self, port, script, seconds=None):
        seconds = seconds or self.options.seconds
        command = self.command(port, script, seconds, "load.lua")
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
        return result(done.returncode, done.stdout, done.stderr)

    def command(self, port, script, seconds, name):
        file = self.folder / name
        file.write_text(script, "ascii")
        return [find("wrk"), "--latency", "-t", str(self.options.threads), "-c", str(self.options.connections),
                "-d", f"{seconds}s", "--timeout", "10s", "-s", file, f"http://127.0.0.1:{port}/"]

    def wrk_figure(self, what, database, port, script_of_run):
        """Warms up, then measures as often as asked."""
        self.wrk(port, script_of_run("w"), seconds=self.options.warmup)
        figure = Figure(what, database, "requests/s", [])
        for run in range(self.options.runs):
            result = self.wrk(port, script_of_run(f"r{run}"))
            figure.values.append(result["requests"] / (result["us"] / 1e6))
            figure.p50_ms.append(result["p50"] / 1000)
            figure.p99_ms.append(result["p99"] / 1000)
            figure.failed += result["status"] + result["broken"]
        self.add(figure)


def report(bench, machine):
    nginx = next((figure.median for figure in bench.figures if figure.what == NGINX), None)
    rows = [figure.as_dict(nginx if figure.unit == "requests/s" else None) for figure in bench.figures]
    lines = [
        (f"{machine['cores']} cores shared with the load generator, {machine['filesystem']}, {machine['at']}; "
         f"{bench.options.runs} runs, {bench.options.connections} connections; median (least .. most)."), "",
        "| what | database | per second | goal | of nginx | p50 ms | p99 ms | peak MB | failed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [row["what"], row["database"], f"{row['median']:,.0f} ({row['min']:,.0f} .. {row['max']:,.0f})",
                 f"{row['goal']:,}" if row["goal"] else "", f"{row['ratio_to_nginx']:.1%}" if row["ratio_to_nginx"] else "",
                 *("" if row[name] is None else row[name] for name in ("p50_ms", "p99_ms", "peak_rss_mb")), row["failed"]]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    table = "\n".join([*lines, "", *(f"- {note}" for note in bench.notes)]) + "\n"
    print("\n" + table, end="")
    if bench.options.markdown:
        bench.options.markdown.write_text(table, "utf-8")
    if bench.options.json:
        bench.options.json.write_text(json.dumps({"machine": machine, "figures": rows, "notes": bench.notes}, indent=2) + "\n", "utf-8")
