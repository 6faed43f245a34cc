"""What is sent: the records and their schema, and the scripts that make wrk push and get them."""

TEXT = {"type": "string", "maxLength": 200}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": False,
    "required": ["nomor", "nama", "unit", "golongan", "tmt"],
    "properties": {
        "nomor": {"type": "string", "pattern": "^[a-z0-9-]{3,40}$"}, "nama": TEXT, "gelar": TEXT, "jabatan": TEXT,
        "golongan": {"enum": ["II/a", "II/b", "III/a", "III/b", "III/c", "IV/a"]},
        "tmt": {"type": "string", "format": "date"}, "aktif": {"type": "boolean"},
        "masa_kerja": {"type": "integer", "minimum": 0, "maximum": 60}, "nilai": {"type": "number", "minimum": 0},
        "keterangan": TEXT,
        "unit": {"type": "object", "additionalProperties": False, "required": ["kode", "nama"],
                 "properties": {"kode": {"type": "string", "pattern": r"^[0-9]{2}\.[0-9]{2}$"}, "nama": TEXT}},
        "alamat": {"type": "object", "additionalProperties": False,
                   "properties": {"jalan": TEXT, "kode_wilayah": TEXT, "kode_pos": TEXT}},
    },
}
# Some 450 bytes, fifteen values, two nested objects; the key comes between the two halves.
HEAD = '{"nomor":"'
TAIL = (
    '","nama":"Siti Rahmawati Nurhidayah","gelar":"S.Kom., M.T.","jabatan":"Pranata Komputer Ahli Muda",'
    '"golongan":"III/c","tmt":"2019-04-01","aktif":true,"masa_kerja":11,"nilai":87.25,'
    '"unit":{"kode":"02.16","nama":"Bidang Teknologi Informasi dan Komunikasi"},'
    '"alamat":{"jalan":"Jalan Basuki Rahmat No. 41","kode_wilayah":"64.72.05.1003","kode_pos":"75117"},'
    '"keterangan":"Penempatan awal; pindah tugas disetujui pada rapat triwulan kedua"}'
)

# Latency and errors come as one JSON line, whatever wrk prints for people.
LUA_DONE = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"us":%d,"p50":%f,"p99":%f,"max":%f,"status":%d,"broken":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""
LUA_THREADS = "local n = 0\nsetup = function(thread) thread:set('id', n); n = n + 1 end\n"


def lua_push(path, key, run):
    """Every request a key of its own: run, thread, counter."""
    return LUA_THREADS + f"""
local headers = {{["Authorization"] = "Bearer {key}", ["Content-Type"] = "application/json"}}
local head, tail = [==[{HEAD}]==], [==[{TAIL}]==]
init = function(args) count = 0; prefix = "{run}-" .. id .. "-" end
request = function()
  count = count + 1
  return wrk.format("POST", "{path}", headers, head .. prefix .. count .. tail)
end
""" + LUA_DONE


def lua_get(path, key, loaded):
    return LUA_THREADS + f"""
local headers = {{["Authorization"] = "Bearer {key}"}}
init = function(args) math.randomseed(id + 1) end
request = function() return wrk.format("GET", "{path}/g-" .. math.random({loaded}), headers) end
""" + LUA_DONE


# As many codes as the province's master of regions has; records refer to them by their address.
CODES = [f"64.{n // 100:02}.{n % 100:02}" for n in range(1695)]
CODE = "64.72.05.1003"


def referring(path, prefix, count):
    with path.open("w", encoding="ascii") as file:
        for number in range(1, count + 1):
            tail = TAIL.replace(CODE, CODES[number * 7919 % len(CODES)])
            file.write(f"{HEAD}{prefix}-{number}{tail}\n")
    return path


def ndjson(path, prefix, count):
    with path.open("w", encoding="ascii") as file:
        for number in range(1, count + 1):
            file.write(f"{HEAD}{prefix}-{number}{TAIL}\n")
    return path
