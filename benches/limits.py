"""What the machine itself can do: nginx answering a fixed 200, bare durable inserts into the same databases."""
import contextlib
import re
import sqlite3
import time

from figures import NGINX, Figure
from load import HEAD, LUA_DONE, TAIL
from tools import nginx


def web(bench):
    location = f"default_type application/json; return 200 '{HEAD}x{TAIL}';"
    with nginx(bench.folder / "nginx", location) as port:
        bench.wrk_figure(NGINX, "-", port, lambda run: LUA_DONE)


def sqlite(bench, rows):
    """Rows a second into one table, `rows` to a transaction, each transaction on the disk."""
    figure = Figure(f"bare inserts, {rows} to a transaction", "sqlite", "rows/s", [])
    for run in range(bench.options.runs):
        file = bench.folder / f"bare-{rows}-{run}.db"
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("pragma journal_mode=wal")
            database.execute("pragma synchronous=full")
            database.execute("create table bare (key text primary key, payload text not null) without rowid")
            number, began = 0, time.perf_counter()
            while time.perf_counter() - began < bench.options.seconds / 2:
                batch = [(f"{number + i:09}", f"{HEAD}{number + i:09}{TAIL}") for i in range(rows)]
                database.execute("begin immediate")
                database.executemany("insert into bare values (?, ?)", batch)
                database.execute("commit")
                number += rows
            figure.values.append(number / (time.perf_counter() - began))
        for leftover in bench.folder.glob(f"{file.name}*"):
            leftover.unlink()
    bench.add(figure)


def postgres(bench, cluster, rows, clients):
    script = cluster.folder / f"insert-{rows}.sql"
    # A variable of pgbench: within the statement it would take the colons of JSON for variables.
    script.write_text("insert into bare (payload) values (:payload);\n" if rows == 1 else
                      f"insert into bare (payload) select :payload::text from generate_series(1, {rows});\n", "ascii")
    script.chmod(0o644)
    figure = Figure(f"bare inserts, {rows} to a transaction, {clients} client{'s' if clients > 1 else ''}", "postgres", "rows/s", [])
    for _ in range(bench.options.runs):
        cluster.client("psql", "-X", "-q", "-c", "drop table if exists bare", "-c",
                       "create table bare (id bigint generated always as identity primary key, payload text not null)")
        text = cluster.client("pgbench", "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-M", "prepared",
                              "-D", f"payload={HEAD}x{TAIL}", "-T", str(max(1, bench.options.seconds // 2)), "postgres")
        figure.values.append(rows * float(re.search(r"^tps = ([0-9.]+)", text, re.MULTILINE)[1]))
    cluster.client("psql", "-X", "-q", "-c", "drop table bare")
    bench.add(figure)
