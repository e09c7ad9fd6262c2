"""An application on a port of loopback, for tests that drive a real browser."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp


class Prompt(uvicorn.Server):
    """A server that looks every 10 ms, not every 100, whether it shall end or has ended."""

    async def main_loop(self) -> None:
        """Serve until it is told to end."""
        ticks = 0
        while not await self.on_tick(ticks):
            for _ in range(10):
                if self.should_exit:
                    return
                await asyncio.sleep(0.01)
            ticks += 1

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse connections, let requests end unless it is forced, and end the application."""
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        while (state.connections or state.tasks) and not self.force_exit:
            await asyncio.sleep(0.01)
        if not self.force_exit:
            await self.lifespan.shutdown()


class Served:
    """An application in a thread, which can go away and come back to the same port."""

    def __init__(self, make_app: Callable[[], ASGIApp]) -> None:
        self.make_app = make_app
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and return once it answers."""
        config = uvicorn.Config(self.make_app(), port=self.port, log_level="error")
        self.server = Prompt(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Refuse connections from now on; a request without an answer is not waited for long."""
        self.server.should_exit = True
        self.thread.join(0.5)
        self.server.force_exit = True
        self.thread.join(10)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an application for as long as it is needed."""
    machine = Served(lambda: app)
    yield machine.address
    machine.stop()
