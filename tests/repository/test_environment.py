"""The test run itself: its own folder, nothing of the shell's, no way out of the machine."""

import socket
import tempfile
from pathlib import Path

import pytest
from django.conf import settings


def test_run_writes_to_a_folder_of_its_own():
    assert settings.VAR_DIR.parent == Path(tempfile.gettempdir()).resolve()


def test_refuse_a_connection_that_leaves_the_machine():
    with socket.socket() as outside, pytest.raises(ConnectionRefusedError, match="only loopback"):
        outside.connect(("192.0.2.1", 80))


def test_allow_a_connection_on_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
