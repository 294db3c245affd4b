"""The nginx of compose.yaml as a real server in front of a web server on this machine."""

import contextlib
import os
import subprocess

from tests.programs import LOOPBACK, ROOT, Program, find_program, free_port
from tests.recording_smtp import self_signed

BUFFERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]

# What stands in front of nginx in production and ends TLS; plain HTTP reaches it at the same port.
TLS = """
    map $scheme $was { https https; default http; }
    server {
        listen 127.0.0.1:TLS_PORT ssl;
        ssl_certificate FOLDER/certificate.pem;
        ssl_certificate_key FOLDER/key.pem;
        error_page 497 = @plain;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $was;
        location / { proxy_pass http://127.0.0.1:PLAIN_PORT; }
        location @plain { proxy_pass http://127.0.0.1:PLAIN_PORT; }
    }
"""


class Nginx:
    def __init__(self, port, tls_port, certificate):
        self.port, self.tls_port, self.certificate = port, tls_port, certificate


@contextlib.contextmanager
def nginx_before(web_port, folder, *, tls_port=None, http2=False):
    """Run config/nginx.conf before a web server; with `tls_port` something that ends TLS before it too.

    `http2`: and that speaks HTTP/2, as most of what ends TLS does.
    """
    port = free_port()
    text = (ROOT / "config/nginx.conf").read_text()
    here = {
        "web:8000": f"{LOOPBACK}:{web_port}",
        "listen 8080": f"listen {LOOPBACK}:{port}",
        "/var/cache/nginx": str(folder / "cache"),
        "/tmp/nginx.pid": str(folder / "pid"),
        "http {": "http {\n" + "".join(f"{kind}_temp_path {folder / kind};" for kind in BUFFERS),
    }
    for container, ours in here.items():
        assert container in text
        text = text.replace(container, ours)
    certificate = None
    if tls_port:
        _, certificate = self_signed(folder)
        before = TLS.replace(" ssl;", " ssl http2;") if http2 else TLS
        before = before.replace("TLS_PORT", str(tls_port)).replace("PLAIN_PORT", str(port))
        text = text.rstrip().removesuffix("}") + before.replace("FOLDER", str(folder)) + "}\n"
    (folder / "nginx.conf").write_text(text)
    # nginx started by root gives up its rights, and with them the sight of this folder.
    as_root = "user root; " if os.geteuid() == 0 else ""
    command = [find_program("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-g"]
    tested = subprocess.run([*command, as_root, "-t"], capture_output=True, text=True)
    assert (tested.returncode, "[warn]" in tested.stderr) == (0, False), tested.stderr
    server = Program([*command, f"{as_root}daemon off;"], folder / "log")
    try:
        server.wait_for_port(port)
        yield Nginx(port, tls_port, certificate)
    finally:
        server.kill()
