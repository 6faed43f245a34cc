"""Live calls through the hub, beside nginx as a proxy of the same system in the same run."""
import contextlib
import json
import subprocess

WORKERS = 2
# Some 450 bytes, as an agency's system would answer.
ANSWER = json.dumps({"nomor": "198001012005011001", "nama": "Siti Rahmawati Nurhidayah", "keterangan": "x" * 370})

CONFIG = """
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 10000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream system {{ server 127.0.0.1:{system}; keepalive 64; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{system};
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
  server {{
    listen 127.0.0.1:{proxy};
    location / {{ proxy_pass http://system; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def lua_get(path, key, done):
    return f"""
local headers = {{["Authorization"] = "Bearer {key}"}}
request = function() return wrk.format("GET", "{path}", headers) end
""" + done


@contextlib.contextmanager
def systems(folder, tools):
    """A system and nginx before it; gives both ports."""
    folder.mkdir(exist_ok=True)
    system, proxy = tools.free_port(), tools.free_port()
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(workers=WORKERS, folder=folder, system=system, proxy=proxy, answer=ANSWER), "ascii")
    process = subprocess.Popen([tools.find("nginx"), "-p", str(folder), "-c", str(config)], stdin=subprocess.DEVNULL)
    try:
        tools.wait_until("nginx", lambda: tools.answers(proxy, "/pegawai/1"), process)
        yield system, proxy
    finally:
        tools.stop(process)


def contract(hub, dataset, validate):
    """A live contract that `bappeda` may call."""
    document = hub.document(dataset, mode="live")
    del document["kind"], document["key"]
    document["schema"] = {"$schema": document["schema"]["$schema"], "type": "object", "required": ["nomor"]}
    document["live"] = {"connector": "sistem", "allow": [{"method": "GET", "path": "/pegawai/*"}], "validate": validate}
    document["grants"] = [{"opd": "bappeda", "may": ["live"]}]
    return hub.publish(dataset, document)


def measure(bench, hub, database, tools):
    """Requests a second and what a call takes longer than through nginx."""
    with systems(bench.folder / f"live-{database}", tools) as (system, proxy):
        hub.manage("POST", "/admin/connectors", {"opd": "bkd", "name": "sistem", "settings": {
            "base_url": f"http://127.0.0.1:{system}", "allow_networks": ["127.0.0.0/8"], "max_concurrent": 200}})
        key = hub.keys["bappeda"]
        bench.wrk_figure("live, nginx in the hub's place", database, proxy, lambda _: lua_get("/pegawai/1", key, tools.LUA_DONE))
        there = bench.figures[-1]
        for what, validate in (("live", "off"), ("live, answers judged", "enforce")):
            path = contract(hub, f"live_{validate}", validate) + "/live/pegawai/1"
            bench.wrk_figure(what, database, hub.port, lambda _, path=path: lua_get(path, key, tools.LUA_DONE))
            here = bench.figures[-1]
            more = tools.middle(here.p50_ms) - tools.middle(there.p50_ms)
            bench.note(f"{database}: {what}: {here.median / there.median:.0%} of nginx, {more:.2f} ms more at p50")
