"""What becomes of the visitors of `mnist-sum serve` when it ends, or is killed."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
