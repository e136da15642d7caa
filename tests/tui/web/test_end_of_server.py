"""What becomes of the visitors of `mnist-sum serve` when it, or the process of one of them, ends or is killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnist_sum_tui.tui.looks import DEFAULT
from mnist_sum_tui.tui.web.visitor import DRIVER, MODULE
from tests.conftest import wait_for
from tests.tui.web.visitors import SECONDS, Visitor, children, open_at, own, serving

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
pytest.importorskip("textual_serve", reason="textual-serve is not installed")

ON_WINDOWS = f"""
import runpy
from textual.drivers import _input_reader_windows, web_driver
web_driver.InputReader = _input_reader_windows.InputReader
runpy.run_module("{MODULE}", run_name="__main__")
"""
"""source code of a visitor's process that reads as on Windows, where a read waits until something comes"""


async def test_the_server_takes_leave_of_its_visitors_when_it_ends(tmp_path: Path) -> None:
    with serving(tmp_path, shows="the demo") as (port, process):
        async with aiohttp.ClientSession() as session, open_at(session, port, Origin=own(port)) as socket:
            await Visitor(socket).see("accuracy")
            (visitor,) = children(process)
            process.send_signal(signal.SIGINT)
            while (message := await socket.receive(SECONDS)).type is not aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.BINARY, "otherwise aiohttp waits, and drops the connection"
            assert message.data == aiohttp.WSCloseCode.GOING_AWAY
        process.wait(SECONDS)
    assert not Path("/proc", visitor).exists()


async def test_a_visitor_whose_process_is_killed_sees_that_it_is_over(
    server: tuple[int, "subprocess.Popen[bytes]"],
) -> None:
    """As the system does if there is too little memory."""
    port, process = server
    async with aiohttp.ClientSession() as session, open_at(session, port, Origin=own(port)) as socket:
        await Visitor(socket).see("accuracy")
        os.kill(int(children(process)[0]), signal.SIGKILL)
        async with asyncio.timeout(SECONDS):  # that of `receive` begins again with each ping
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.BINARY


def test_a_visitor_s_process_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    """The server says nothing then: the system closes what the visitor's process reads from."""
    environment = {**os.environ, "TEXTUAL_DRIVER": DRIVER}
    command, pipe = [sys.executable, "-m", MODULE, str(tmp_path), DEFAULT], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as visitor:
        try:
            assert visitor.stdout is not None
            assert visitor.stdout.readline() == b"__GANGLION__\n"
            assert visitor.stdin is not None
            visitor.stdin.close()
            assert visitor.wait(SECONDS) == 0
        finally:
            visitor.kill()


@pytest.mark.parametrize("program", [("-m", MODULE), ("-c", ON_WINDOWS)], ids=["here", "as on Windows"])
def test_a_visitor_s_process_ends_when_the_server_asks_it_to(program: tuple[str, str], tmp_path: Path) -> None:
    drawn, environment = tmp_path / "drawn", {**os.environ, "TEXTUAL_DRIVER": DRIVER}
    command, nowhere = [sys.executable, *program, str(tmp_path), DEFAULT], subprocess.DEVNULL
    with (
        drawn.open("wb") as stdout,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=nowhere, env=environment) as visitor,
    ):
        try:
            wait_for(lambda: drawn.stat().st_size, SECONDS)
            assert visitor.stdin is not None
            asked = json.dumps({"type": "quit"}).encode()
            visitor.stdin.write(b"M" + len(asked).to_bytes(4, "big") + asked)
            visitor.stdin.flush()  # and it stays open
            assert visitor.wait(SECONDS) == 0
        finally:
            visitor.kill()
