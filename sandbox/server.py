"""Serving: gunicorn with one process and many threads, on a socket that is already bound."""

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication

from sandbox import answers, schedules
from sandbox.contracts import ticking
from sandbox.delivery.sending import sender
from sandbox.unreadable import Worker
from sandbox.wsgi import application

# More than the clients that are expected at once, since a delayed answer holds its thread.
THREADS = 64


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the port is taken. Port 0 takes any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the sandbox until it is told to stop; calls `ready` once it answers."""

    def __init__(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        self.listener = listener
        self.ready = ready
        super().__init__()

    def load_config(self) -> None:
        settings = {
            # gunicorn duplicates the descriptor and closes the one that it was given.
            "bind": f"fd://{self.listener.detach()}",
            # One process: switches, misbehaviours, the request log and the rate limit are in its memory.
            "workers": 1,
            "worker_class": Worker,
            "threads": THREADS,
            "keepalive": 30,
            # Nobody waits for the sandbox to finish: a request under way gets a second, a slow one less.
            "graceful_timeout": 1,
            # The watchdog is for workers that hang; this one is asked to be slow.
            "timeout": 0,
            "limit_request_line": 8190,
            "loglevel": "error",
            "control_socket_disable": True,
            "post_worker_init": lambda worker: self.begin(),
            "worker_exit": lambda server, worker: self.end(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def begin(self) -> None:
        """Run in the process that serves, once it does."""
        _end_delays_on(signal.SIGTERM)
        sender.start()
        ticking.start()
        self.ready()

    def end(self) -> None:
        """Run in the same process when it has served."""
        ticking.stop()
        sender.stop()

    def load(self) -> Any:
        return application


def _end_delays_on(number: signal.Signals) -> None:
    """Let nobody who was told to wait hold the end up. What gunicorn does at the signal comes after."""
    former = signal.getsignal(number)

    def end(received: int, frame: FrameType | None) -> None:
        answers.end_all()
        schedules.stop_all()
        if callable(former):
            former(received, frame)

    signal.signal(number, end)
