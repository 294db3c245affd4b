"""The embedded broker: kombu's filesystem transport, publishing and taking whole files only.

The stock transport can read a half-written file, and moves files across file systems.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import Connection
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        (folder / f"{name}.new").write_text(dumps(payload))
        os.replace(folder / f"{name}.new", folder / name)

    def _get(self, queue: str) -> dict[str, Any]:
        folder = Path(self.data_folder_in)
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            # A disk that is away has nothing waiting on it; the worker must outlive that.
            raise Empty from error
        for name in names:
            if name.partition(".")[2] == f"{queue}.msg":
                taken = folder.parent / "taken" / name
                try:
                    os.rename(folder / name, taken)
                except (FileNotFoundError, NotADirectoryError):
                    continue  # somebody else was quicker
                payload: dict[str, Any] = loads(taken.read_text())
                taken.unlink()
                return payload
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel
    # A disk that is away is a broker that is away: whoever needs it waits and asks again.
    connection_errors = (*filesystem.Transport.connection_errors, OSError)

    def __init__(self, client: Connection, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        waiting = Path(client.transport_options["data_folder_in"])
        for folder in (waiting, waiting.parent / "taken"):
            folder.mkdir(parents=True, exist_ok=True)
