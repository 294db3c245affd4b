"""Ask the web server in the same container whether it lives; exits with 0 when it does."""

import http.client
import os
import sys

# The service answers only to its own names, so the question is put under the first of them.
host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5)
try:
    connection.request("GET", "/health/live", headers={"Host": host})
    sys.exit(connection.getresponse().status != 200)
except (OSError, http.client.HTTPException) as error:
    sys.exit(f"The web server does not answer: {error}")
