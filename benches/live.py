"""Live calls through the hub, beside nginx as a proxy of the same system in the same run."""
import json

from figures import middle
from load import LUA_DONE
from tools import free_port, nginx

# Some 450 bytes, as an agency's system would answer.
ANSWER = json.dumps({"nomor": "198001012005011001", "nama": "Siti Rahmawati Nurhidayah", "keterangan": "x" * 370})

SYSTEM = """
upstream system {{ server 127.0.0.1:{port}; keepalive 64; keepalive_requests 10000000; }}
server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{answer}'; }} }}
"""
PROXY = 'proxy_pass http://system; proxy_http_version 1.1; proxy_set_header Connection "";'


def lua_live(path, key):
    return f"""
local headers = {{["Authorization"] = "Bearer {key}"}}
request = function() return wrk.format("GET", "{path}", headers) end
""" + LUA_DONE


def contract(hub, dataset, validate, connector="sistem"):
    """A live contract that `bappeda` may call."""
    document = hub.document(dataset, mode="live")
    del document["kind"], document["key"]
    document["schema"] = {"$schema": document["schema"]["$schema"], "type": "object", "required": ["nomor"]}
    document["live"] = {"connector": connector, "allow": [{"method": "GET", "path": "/pegawai/*"}], "validate": validate}
    document["grants"] = [{"opd": "bappeda", "may": ["live"]}]
    return hub.publish(dataset, document)


def measure(bench, hub, database):
    """Requests a second and what a call takes longer than through nginx."""
    system, key = free_port(), hub.keys["bappeda"]
    with nginx(bench.folder / f"live-{database}", PROXY, more=SYSTEM.format(port=system, answer=ANSWER)) as proxy:
        hub.connector("bkd", "sistem", system, max_concurrent=200)
        bench.wrk_figure("live, nginx in the hub's place", database, proxy, lambda _: lua_live("/pegawai/1", key))
        there = bench.figures[-1]
        for what, validate in (("live", "off"), ("live, answers judged", "enforce")):
            path = contract(hub, f"live_{validate}", validate) + "/live/pegawai/1"
            bench.wrk_figure(what, database, hub.port, lambda _, path=path: lua_live(path, key))
            here = bench.figures[-1]
            more = middle(here.p50_ms) - middle(there.p50_ms)
            bench.note(f"{database}: {what}: {here.median / there.median:.0%} of nginx, {more:.2f} ms more at p50")
