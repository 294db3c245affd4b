"""One plain HTTP request, as a proxy or a health check makes it."""

import http.client


def ask(port, path="/health/live", host="localhost", method="GET", body=None, headers=None):
    """Return status, headers and body of one request; None where nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except OSError:
        return None
    finally:
        connection.close()
