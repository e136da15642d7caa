"""What becomes of the visitors of `mnist-sum serve` when it, or the process of one of them, ends or is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnist_sum_tui.tui.web.visitor import DRIVER, MODULE
from tests.tui.web.visitors import SECONDS, Visitor, children, open_at, own, serving

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
pytest.importorskip("textual_serve", reason="textual-serve is not installed")


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


async def test_a_visitor_whose_process_is_killed_sees_that_it_is_over(tmp_path: Path) -> None:
    """As the system does if there is too little memory."""
    with serving(tmp_path, shows="the demo") as (port, process):
        async with aiohttp.ClientSession() as session, open_at(session, port, Origin=own(port)) as socket:
            await Visitor(socket).see("accuracy")
            os.kill(int(children(process)[0]), signal.SIGKILL)
            async with asyncio.timeout(SECONDS):  # that of `receive` begins again with each ping
                while (message := await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                    assert message.type is aiohttp.WSMsgType.BINARY


def test_a_visitor_s_process_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    """The server says nothing then: the system closes what the visitor's process reads from."""
    environment = {**os.environ, "TEXTUAL_DRIVER": DRIVER}
    command, pipe = [sys.executable, "-m", MODULE, str(tmp_path)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as visitor:
        try:
            assert visitor.stdout is not None
            assert visitor.stdout.readline() == b"__GANGLION__\n"
            assert visitor.stdin is not None
            visitor.stdin.close()
            assert visitor.wait(SECONDS) == 0
        finally:
            visitor.kill()
