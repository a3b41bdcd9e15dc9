"""A timestamp authority on loopback that signs with `openssl ts`, and calendars that answer.

Keys are made where the test says, at the time of the test, and are good for nothing else.
"""

import http.server
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Sample root of a test
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[authority]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, timeStamping
[web]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, serverAuth
[tsa]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
{certs}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256
ess_cert_id_alg = sha256
"""
POLICY = "1.3.6.1.4.1.32473.1"  # of the number that RFC 5612 keeps for examples


def openssl(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout


def new_authority(folder: Path, *, sends: str = "root.pem") -> Path:
    """Make a root and an authority under it; return the folder, with `root.pem` in it.

    With its own certificate, the authority sends those in the file `sends`, if any.
    """
    folder.mkdir()
    certs = f"certs = {sends}" if sends else ""
    (folder / "openssl.cnf").write_text(CONFIG.format(certs=certs))
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(
        folder,
        *("req", "-x509", "-config", "openssl.cnf", "-extensions", "root", "-days", "30"),
        *(*key, "-keyout", "root.key", "-out", "root.pem"),
    )
    openssl(
        folder,
        *("req", "-config", "openssl.cnf", "-subj", "/O=Sample/CN=Sample authority"),
        *(*key, "-keyout", "authority.key", "-out", "authority.csr"),
    )
    certify(folder, "authority")
    return folder


def certify(folder: Path, purpose: str, out: str = "authority.pem") -> bytes:
    """Let the root certify the authority's key for a purpose, `authority` or `web`, as number 7."""
    openssl(
        folder,
        *("x509", "-req", "-in", "authority.csr", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-set_serial", "7", "-days", "30", "-extfile", "openssl.cnf", "-extensions", purpose),
        *("-out", out),
    )
    return openssl(folder, "x509", "-in", out, "-outform", "DER")


def reply(folder: Path, query: bytes) -> bytes:
    """What the authority answers to a request, DER."""
    (folder / "query.tsq").write_bytes(query)
    openssl(
        folder,
        *("ts", "-reply", "-config", "openssl.cnf", "-section", "tsa"),
        *("-queryfile", "query.tsq", "-out", "reply.tsr"),
    )
    return (folder / "reply.tsr").read_bytes()


@contextmanager
def serving(answer: Callable[[str, bytes, str], bytes]) -> Iterator[str]:
    """Serve answers to (path, body, media type) on loopback; give the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answered = answer(self.path, body, self.headers["Content-Type"])
            self.send_response(200)
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing on the terminal."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def post(address: str, body: bytes, media_type: str) -> bytes:
    """The network, as a command would reach it."""
    asked = urllib.request.Request(address, body, {"Content-Type": media_type})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return bytes(answer.read())
