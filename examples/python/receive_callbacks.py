"""Receives the callbacks of fal-jobs: SECRET=whsec_… python3 receive_callbacks.py [port]."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300


def is_ours(headers, body):
    """Standard Webhooks: one of the signatures is of the id, the time and the very bytes, and the time is now."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    expected = base64.b64encode(hmac.digest(KEY, f"{id}.{at}.".encode() + body, hashlib.sha256)).decode()
    signatures = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split()]
    is_fresh = at.isdigit() and abs(time.time() - int(at)) <= TOLERANCE_SECONDS
    return is_fresh and any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_ours(self.headers, body):
            return self.send_answer(400)
        event = json.loads(body)
        # The same callback may arrive again: the job's id and status say whether it is already known.
        print(event["type"], event["data"]["id"], flush=True)
        self.send_answer(204)

    def send_answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        """Prints nothing but the events."""


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
with http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver) as server:
    print("listening", server.server_port, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
