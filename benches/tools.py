"""What a measurement needs of the machine: programs, ports, waiting and stopping, a PostgreSQL and an nginx of its own."""
import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time


class Fault(Exception):
    """Something that ends the run, told in one sentence."""


def postgres_bin():
    if "PG_BIN" in os.environ:
        return pathlib.Path(os.environ["PG_BIN"])
    found = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: float(path.parent.name), default=None)


def find(tool):
    """Its path; Debian keeps nginx where ordinary users do not look."""
    return shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def check_tools(databases):
    missing = [package for tool, package in (("wrk", "wrk"), ("nginx", "nginx-light")) if not find(tool)]
    if "postgres" in databases and not (postgres_bin() and (postgres_bin() / "pgbench").exists()):
        missing.append("postgresql")
    if missing:
        raise Fault("missing Debian packages; as root, run: apt-get update && "
                    f"apt-get install -y --no-install-recommends {' '.join(missing)}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, ready, process=None, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process and process.poll() is not None:
            raise Fault(f"{what} stopped at start, exit code {process.returncode}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            if ready():
                return
        time.sleep(0.05)
    raise Fault(f"{what} is not ready within {seconds} s")


def answers(port, path, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    finally:
        connection.close()


def stop(process, seconds=30):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def filesystem(folder):
    """The type of the file system the folder lies on."""
    done = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


class Postgres:
    """A throwaway cluster; run as the user postgres when this is root, which initdb refuses."""

    def __init__(self, folder):
        self.bin, self.folder, self.port = postgres_bin(), folder, free_port()
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self.run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self, how="start"):
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on "
                   "-c synchronous_commit=on -c shared_buffers=256MB -c max_wal_size=4GB")
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-t", "120", "-m", "fast", "-o", options,
                 how)

    def run(self, tool, *arguments):
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # Not captured through a pipe: the server would inherit it and keep it open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run([*user, self.bin / tool, *arguments], cwd="/", stdin=subprocess.DEVNULL,
                                  stdout=said, stderr=subprocess.STDOUT, timeout=600, check=False)
            said.seek(0)
            text = said.read()
        if done.returncode:
            raise Fault(f"{tool} failed: {text.strip()[-400:]}")
        return text

    def stop(self):
        with contextlib.suppress(Exception):
            self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def url(self, database="postgres"):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def client(self, tool, *arguments):
        return self.run(tool, "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", *arguments)


@contextlib.contextmanager
def nginx(folder, location, status=200, more=""):
    """Its port; it answers everything with what `location` says, and holds what `more` says besides."""
    folder.mkdir()
    port = free_port()
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes auto; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{ access_log off; keepalive_requests 100000000; {temporary}\n"
        f"client_max_body_size 100m; server {{ listen 127.0.0.1:{port} backlog=2048; location / {{ {location} }} }}\n{more} }}\n", "ascii")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([find("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
                                   stdout=log, stderr=log)
    try:
        wait_until("nginx", lambda: answers(port, "/", status), process)
        yield port
    finally:
        stop(process)
