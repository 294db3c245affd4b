"""What Lighthouse says of the pages most people come to, on a phone and at a desk, served as in production.

HTTPS and HTTP/2 as a load balancer gives them, then the shipped nginx, gunicorn and PostgreSQL, with 300
signatories. Lighthouse slows the phone down in its arithmetic, not on the wire; still, a busy machine
costs points, so the middle of three runs counts. Somebody has asked for each page a moment before, as
on a day with readers. Lighthouse is fetched into a folder that is thrown away: it weighs 185 MB, and
nothing else here needs it.
"""

import json
import os
import statistics
import subprocess

import pytest
import requests

from tests.benchmarks.bench_register import LOAD
from tests.nginx import nginx_before
from tests.programs import find_program, free_port, temporary_folder
from tests.security.site import node
from tests.servers import Stack

LIGHTHOUSE = "lighthouse@12.8.2"
LEAST = 98
RUNS = int(os.environ.get("BENCH_LIGHTHOUSE_RUNS", "3"))
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
PAGES = {
    "home": "/",
    "list": "/signatories/",
    "organisation": "/signatories/birmingham/",
    "coverage": "/coverage/",
}
PRESETS = {"phone": [], "desktop": ["--preset=desktop"]}


@pytest.fixture(scope="module")
def lighthouse():
    """Lighthouse's program, in a folder of its own."""
    with temporary_folder() as folder:
        fetch = [find_program("npm"), "install", "--prefix", folder, "--ignore-scripts", "--no-audit"]
        subprocess.run([*fetch, "--no-fund", "--loglevel=error", LIGHTHOUSE], check=True)
        yield folder / "node_modules/lighthouse/cli/index.js"


@pytest.fixture(scope="module")
def service():
    port = free_port()
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "bench-" * 12,
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": f"https://localhost:{port}",
        "TRUSTED_PROXY_COUNT": "2",
        "WEB_CONCURRENCY": "2",
    }
    with Stack("postgres", env=production, worker=False) as stack, temporary_folder() as folder:
        stack.python(LOAD, organisations=300, commitments=500)
        with (
            nginx_before(stack.port, folder, tls_port=port, http2=True) as nginx,
            requests.Session() as earlier,
        ):
            earlier.trust_env, earlier.verify = False, str(nginx.certificate)
            yield f"https://localhost:{port}", earlier


def audit(program, chromium, url, preset):
    """Return Lighthouse's report of one page."""
    flags = " ".join([*chromium["args"], "--ignore-certificate-errors"])
    only = f"--only-categories={','.join(CATEGORIES)}"
    said = subprocess.run(
        [node(), program, url, *preset, only, "--output=json", "--quiet", f"--chrome-flags={flags}"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "CHROME_PATH": chromium["executable_path"],
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def not_perfect(report):
    """Return what of a report took points away, with what Lighthouse shows of it."""
    for category in CATEGORIES:
        for asked in report["categories"][category]["auditRefs"]:
            found = report["audits"][asked["id"]]
            if asked["weight"] and found["score"] is not None and found["score"] < 1:
                yield f"{category}: {found['title']} {found.get('displayValue', '')}".rstrip()


def test_lighthouse(lighthouse, service, browser_type_launch_args):
    (address, earlier), poor = service, []
    print()
    for preset, options in PRESETS.items():
        for name, path in PAGES.items():
            reports = []
            for _ in range(RUNS):
                assert earlier.get(address + path, timeout=60).status_code == 200
                reports.append(audit(lighthouse, browser_type_launch_args, address + path, options))
            scores = {
                category: statistics.median(report["categories"][category]["score"] for report in reports)
                for category in CATEGORIES
            }
            shown = ", ".join(f"{category} {score * 100:.0f}" for category, score in scores.items())
            print(f"{preset:8} {name:13} {shown}", flush=True)
            for reason in dict.fromkeys(reason for report in reports for reason in not_perfect(report)):
                print(f"         {reason}", flush=True)
            poor += [(preset, name, c, score) for c, score in scores.items() if score * 100 < LEAST]
    assert poor == []
