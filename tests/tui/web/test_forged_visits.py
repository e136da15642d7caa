"""Forged names, messages and sizes: the server of `mnist-sum serve` refuses them without a word."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import wait_for
from tests.tui.web.visitors import SECONDS, Visitor, children, open_at, own, serving

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
pytest.importorskip("textual_serve", reason="textual-serve is not installed")


@pytest.mark.parametrize("name", ["[", 'localhost/"><script>', "evil.com@localhost"])
async def test_a_forged_name_is_refused_without_a_word(
    name: str, server: tuple[int, "subprocess.Popen[bytes]"]
) -> None:
    for path, host, origin in (("/", name, ""), ("/ws", name, f"http://{name}"), ("/ws", "localhost", "http://[")):
        reader, writer = await asyncio.open_connection("localhost", server[0])
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n".encode())
        assert int((await reader.readline()).split()[1]) in (400, 403)
        assert b"script" not in await reader.read()
        writer.close()


async def test_a_forged_message_closes_the_socket(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    """test_visitor_input.py has what is forged."""
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        await websocket.send_str('["resize", {"width": "a", "height": 3}]')
        async for _ in websocket:
            pass
        assert websocket.close_code == 1008
    wait_for(lambda: not children(server[1]), SECONDS)


async def raw(websocket: "aiohttp.ClientWebSocketResponse", words: bytes) -> None:
    """Wait for words without drawing them, because large screens are slow to draw here."""
    while words not in (await websocket.receive(SECONDS)).data:
        pass


async def test_a_visitor_who_says_too_much_ends_without_a_word(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        with contextlib.suppress(ConnectionError):  # it is closed before all of it is sent
            await websocket.send_str("x" * (5 << 20))
        async for _ in websocket:
            pass
    wait_for(lambda: not children(server[1]), SECONDS)


IMPATIENT = """
from mnist_sum_tui.cli.main import main
from mnist_sum_tui.tui.web import server
server.HEARTBEAT /= 10
main()
"""


async def test_a_visitor_who_says_nothing_at_all_ends_without_a_word(tmp_path: Path) -> None:
    with serving(tmp_path, shows="the demo", program=[sys.executable, "-c", IMPATIENT]) as (port, process):
        async with aiohttp.ClientSession() as session:
            url = f"http://localhost:{port}/ws"
            async with session.ws_connect(url, headers={"Origin": own(port)}, autoping=False) as silent:
                async for _ in silent:  # until the server misses an answer to its ping, after 2.2 s
                    pass
        wait_for(lambda: not children(process), SECONDS)


async def test_a_size_that_is_typed_or_too_large_takes_no_memory(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    async with aiohttp.ClientSession() as session:
        huge = f"http://localhost:{server[0]}/ws?width=99999999&height=99999999"
        async with session.ws_connect(huge, headers={"Origin": own(server[0])}) as websocket:
            await raw(websocket, b"replay")
            await websocket.send_json(["resize", {"width": 10**9, "height": 10**9}])
            await websocket.send_json(["stdin", "\x1b[48;99999;99999;1;1t"])
            await websocket.send_json(["resize", {"width": 100, "height": 30}])
            await websocket.send_json(["stdin", "\x1b[15~"])  # F5
            await Visitor(websocket).see("only watched")  # drawn, because on a slow link it may come in pieces
            (child,) = children(server[1])
            status = Path(f"/proc/{child}/status").read_text().splitlines()
            (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
            assert peak < 500_000
    wait_for(lambda: not children(server[1]), SECONDS)


async def test_a_process_that_does_not_end_is_killed(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        await Visitor(websocket).see("replay")
        os.kill(int(children(server[1])[0]), signal.SIGSTOP)
    wait_for(lambda: not children(server[1]), SECONDS)
