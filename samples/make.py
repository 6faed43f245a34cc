#!/usr/bin/env python3
"""Derives the sample data (NDJSON) and the ODbL text from a folder of source files.

usage: samples/make.py SOURCES [TARGET]

SOURCES holds what README.md lists under "Source files"; TARGET is this file's folder unless given.
Text and numbers are written exactly as they stand in the source: a number that Python would write
differently stops the run. The same sources give the same bytes every time.
"""
import csv
import json
import pathlib
import sys

LEVELS = (
    # file, tingkat, member that names the parent
    ("provinsi.json", "provinsi", None),
    ("kabupaten_kota.json", "kabupaten_kota", "kode_provinsi"),
    ("kecamatan_kaltim.json", "kecamatan", "kode_kabupaten_kota"),
    ("desa_kelurahan_kaltim.json", "desa_kelurahan", "kode_kecamatan"),
)


def as_written(token):
    """A float whose shortest form is the source's own text, or no answer at all."""
    value = float(token)
    if repr(value) != token:
        raise ValueError(f"the number {token} would be written as {value!r}")
    return value


def rows_of(path):
    return json.loads(path.read_text("utf-8"), parse_float=as_written)


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    print(f"{path}: {len(rows)} rows")


def regions(sources):
    """All four levels in one list, every parent before its children."""
    return [
        {
            "kode": row["kode"],
            "nama": row["nama"],
            "tingkat": level,
            "kode_induk": row[parent] if parent else None,
            "jenis": row.get("jenis"),
        }
        for file, level, parent in LEVELS
        for row in rows_of(sources / "master/wilayah" / file)
    ]


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    sources = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else __file__).resolve()
    data = (target if len(sys.argv) == 3 else target.parent) / "data"

    write(data / "odbl/wilayah.ndjson", regions(sources))
    write(data / "odbl/pulau.ndjson", rows_of(sources / "master/wilayah/pulau_kaltim.json"))
    licence = json.loads((sources / "lisensi.json").read_text("utf-8"))["ODbL-1.0"]["teks"]
    (data / "odbl/LICENSE-ODbL-1.0.txt").write_text(licence.rstrip("\n") + "\n", encoding="utf-8", newline="\n")

    with (sources / "master/kodepos_kaltim.csv").open(encoding="utf-8", newline="") as file:
        write(data / "kodepos.ndjson", list(csv.DictReader(file)))
    write(data / "hari_libur.ndjson", rows_of(sources / "master/hari_libur_2026.json"))
    with (sources / "transaksi/gempa_usgs_2018.ndjson").open(encoding="utf-8") as file:
        write(data / "gempa.ndjson", [json.loads(line, parse_float=as_written) for line in file])
    return 0


if __name__ == "__main__":
    sys.exit(main())
