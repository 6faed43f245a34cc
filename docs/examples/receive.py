#!/usr/bin/env python3
"""Receives what Mahakam delivers (Standard Webhooks) and keeps a copy in SQLite. The standard library is enough.

    MAHAKAM_SECRET=whsec_... PORT=8090 python3 receive.py

While the secret is exchanged, MAHAKAM_SECRET holds both, separated by a space. Put it behind HTTPS.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sqlite3
import threading
import time

SECRETS = [base64.b64decode(text.removeprefix("whsec_")) for text in os.environ["MAHAKAM_SECRET"].split()]
FILE = os.environ.get("MAHAKAM_FILE", "mahakam.db")
PORT = int(os.environ.get("PORT", "8090"))
TOLERANCE = 300  # seconds: what was signed earlier or later may be an old message sent by somebody else
MOST = 64 << 20  # bytes
ONE_AT_A_TIME = threading.Lock()

TABLES = """
CREATE TABLE IF NOT EXISTS record (dataset TEXT, key TEXT, seq INTEGER, data TEXT, PRIMARY KEY (dataset, key));
CREATE TABLE IF NOT EXISTS position (dataset TEXT PRIMARY KEY, feed TEXT, seq INTEGER);
"""


def is_genuine(message_id, at, signatures, body):
    """Whether the message was signed with one of the secrets, a moment ago."""
    if not (at.isascii() and at.isdigit()) or abs(time.time() - int(at)) > TOLERANCE:
        return False
    signed = f"{message_id}.{at}.".encode() + body
    expected = ["v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in SECRETS]
    # Every pair is compared, each in constant time.
    return any([hmac.compare_digest(one.encode(), given.encode()) for one in expected for given in signatures.split()])


def take(database, message):
    """Stores a message, all of it or nothing; taken twice, it changes nothing. Returns a status."""
    dataset, feed = message["dataset"], message["feed"]
    with database:  # one transaction
        database.execute("BEGIN IMMEDIATE")
        known = database.execute("SELECT feed, seq FROM position WHERE dataset = ?", (dataset,)).fetchone()
        if message["type"] == "feed.reset" or (known and known[0] != feed):
            # The dataset was restored: what is here is of no use beside what comes now.
            database.execute("DELETE FROM record WHERE dataset = ?", (dataset,))
            known = None
        if message["type"] == "feed.reset":
            seq = message["next"]
        elif message["type"] == "changes":
            if known and message["since"] > known[1]:
                return 409  # Something is missing here: have it replayed from the seq in `position`.
            for change in message["changes"]:
                store(database, dataset, change)
            seq = max(message["next"], known[1] if known else 0)
        else:
            return 204  # A kind of message from later days.
        database.execute("INSERT OR REPLACE INTO position VALUES (?, ?, ?)", (dataset, feed, seq))
    return 204


def store(database, dataset, change):
    """Keeps the newest state of a record; a deleted one stays as a row without data."""
    data = None if change["data"] is None else json.dumps(change["data"], ensure_ascii=False)
    database.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT (dataset, key) DO UPDATE"
        " SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > record.seq",
        (dataset, change["key"], change["seq"], data),
    )


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        field = lambda name: self.headers.get(name, "")
        if not is_genuine(field("webhook-id"), field("webhook-timestamp"), field("webhook-signature"), body):
            return self.answer(401)
        # Numbers keep their digits as long as they are not taken for floating point: parse_float=str keeps them all.
        message = json.loads(body)
        with ONE_AT_A_TIME:
            database = sqlite3.connect(FILE, isolation_level=None)
            try:
                status = take(database, message)
            finally:
                database.close()
        # 2xx only now: before it was stored, the hub must send it again.
        return self.answer(status)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing: a message may be about persons."""


if __name__ == "__main__":
    with sqlite3.connect(FILE) as first:
        first.execute("PRAGMA journal_mode = WAL")
        first.executescript(TABLES)
    first.close()
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
