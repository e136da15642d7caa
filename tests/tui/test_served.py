"""The dashboard in a browser's page: its first frame, moving numbers, two visitors, other sites, a closed tab."""

import asyncio
import base64
import contextlib
import io
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte
import pytest

from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import Journal
from mnist_sum_tui.tui.session.messages import FindRate, StartTraining
from tests.conftest import COMMAND, Cli, is_one_line, wait_for
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import until
from tests.tui.shown import lines

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
pytest.importorskip("textual_serve", reason="textual-serve is not installed")
SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path, *options: str, shows: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """`mnist-sum serve`; its port and process, and what it says at first."""
    port = free_port()
    command = [*COMMAND, "serve", "--port", str(port), "--runs-dir", str(folder / "runs"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: process.poll() is not None or not is_free(port), SECONDS)
            yield port, process
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read().decode().startswith(f"http://localhost:{port} shows {shows}; Ctrl-C ends it")
        assert process.stderr.read() == b""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The demo, served; its port and process."""
    with serving(tmp_path, shows="the demo") as found:
        yield found


def is_free(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) != 0


def own(port: int) -> str:
    """The origin of the server's own page."""
    return f"http://localhost:{port}"


def children(process: "subprocess.Popen[bytes]") -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


class Visitor:
    """What a browser does, and the screen that it shows."""

    def __init__(self, websocket: "aiohttp.ClientWebSocketResponse") -> None:
        self.websocket = websocket
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def see(self, words: str, but: str = "nothing like this") -> None:
        end = time.monotonic() + SECONDS
        while words not in self.text or but in self.text:
            assert time.monotonic() < end, self.text
            message = await self.websocket.receive(SECONDS)
            if isinstance(message.data, bytes):
                self._stream.feed(message.data)


def open_at(session: "aiohttp.ClientSession", port: int, **headers: str) -> Any:
    return session.ws_connect(f"http://localhost:{port}/ws?width=100&height=30", headers=headers)


async def test_two_visitors_watch_the_demo_and_leave(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    port, process = server
    async with aiohttp.ClientSession() as session:
        async with session.get(own(port)) as answer:
            page = await answer.text()
        assert f"ws://localhost:{port}/ws" in page
        assert "https:" not in page, "nothing is loaded from elsewhere"
        async with open_at(session, port, Origin=own(port)) as one, open_at(session, port, Origin=own(port)) as two:
            visitors = Visitor(one), Visitor(two)
            for visitor in visitors:
                await visitor.see("replay")
                await visitor.see("accuracy")
            (state,) = [line for line in visitors[0].screen.display if "replay" in line]
            await visitors[0].see("replay", but=state[state.index("replay") :].strip())
            assert len(children(process)) == 2
            await one.send_json(["stdin", "\x1b[15~"])  # F5
            await visitors[0].see("only watched")
        end = time.monotonic() + SECONDS
        while children(process):
            assert time.monotonic() < end, "a closed tab's process ends"
            await asyncio.sleep(0.1)


async def test_a_run_in_training_is_watched_from_another_machine(tmp_path: Path) -> None:
    run, events = find.create(tmp_path / "runs", CONFIG), list(recorded.training(600))
    options = "--watch", run.id, "--host", "0.0.0.0"
    with run.lock(), Journal(run.metrics_file) as journal, serving(tmp_path, *options, shows=run.id) as (port, _):
        for event in events[:40]:
            journal.append(event)
        host = f"teacher.example:{port}"
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await open_at(session, port, Host=host, Origin=f"http://localhost:{port}")
            async with open_at(session, port, Host=host, Origin=f"http://{host}") as pupil:
                visitor = Visitor(pupil)
                await visitor.see("epoch 1/5")
                for event in events[40:]:
                    journal.append(event)
                await visitor.see("epoch 2/5")


async def test_pages_of_other_sites_are_refused(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    port, process = server
    async with aiohttp.ClientSession() as session:
        for headers in (
            {},
            {"Origin": "http://evil.example"},
            {"Origin": f"http://localhost:{port}.evil.example"},
            {"Origin": f"http://evil.example:{port}", "Host": f"evil.example:{port}"},
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await open_at(session, port, **headers)
            assert refused.value.status == 403
        async with session.get(f"http://localhost:{port}", headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
    assert children(process) == []


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


@pytest.mark.parametrize("message", ["{}", "not json", '["stdin"]', '["resize", {"width": "a", "height": 3}]'])
async def test_a_forged_message_closes_the_socket(message: str, server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        await websocket.send_str(message)
        async for _ in websocket:
            pass
        assert websocket.close_code == 1008
    wait_for(lambda: not children(server[1]), SECONDS)


async def raw(websocket: "aiohttp.ClientWebSocketResponse", words: bytes) -> None:
    """Wait for words without drawing them, because large screens are slow to draw here."""
    while words not in (await websocket.receive(SECONDS)).data:
        pass


async def test_a_visitor_who_says_too_much_or_nothing_at_all_ends_without_a_word(
    server: tuple[int, "subprocess.Popen[bytes]"],
) -> None:
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        with contextlib.suppress(ConnectionError):  # it is closed before all of it is sent
            await websocket.send_str("x" * (5 << 20))
        async for _ in websocket:
            pass
        url = f"http://localhost:{server[0]}/ws"
        async with session.ws_connect(url, headers={"Origin": own(server[0])}, autoping=False) as silent:
            async for _ in silent:  # until the server misses an answer to its ping, after 22 s
                pass
    wait_for(lambda: not children(server[1]), SECONDS)


async def test_a_size_that_is_typed_or_too_large_takes_no_memory(
    server: tuple[int, "subprocess.Popen[bytes]"],
) -> None:
    async with aiohttp.ClientSession() as session:
        huge = f"http://localhost:{server[0]}/ws?width=99999999&height=99999999"
        async with session.ws_connect(huge, headers={"Origin": own(server[0])}) as websocket:
            await raw(websocket, b"replay")
            await websocket.send_json(["resize", {"width": 10**9, "height": 10**9}])
            await websocket.send_json(["stdin", "\x1b[48;99999;99999;1;1t"])
            await websocket.send_json(["resize", {"width": 100, "height": 30}])
            await websocket.send_json(["stdin", "\x1b[15~"])  # F5
            await raw(websocket, b"only watched")
            (child,) = children(server[1])
            status = Path(f"/proc/{child}/status").read_text().splitlines()
            (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
            assert peak < 500_000


async def test_a_process_that_does_not_end_is_killed(server: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    async with aiohttp.ClientSession() as session, open_at(session, server[0], Origin=own(server[0])) as websocket:
        await Visitor(websocket).see("replay")
        os.kill(int(children(server[1])[0]), signal.SIGSTOP)
    end = time.monotonic() + SECONDS
    while children(server[1]):
        assert time.monotonic() < end
        await asyncio.sleep(0.1)


async def picture(session: "aiohttp.ClientSession", debugging: int) -> bytes:
    """A picture of the page that Chromium shows."""
    async with session.get(f"http://localhost:{debugging}/json") as answer:
        pages = [page for page in await answer.json() if page["type"] == "page"]
    async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as page:
        await page.send_json({"id": 1, "method": "Page.captureScreenshot"})
        return base64.b64decode((await page.receive_json())["result"]["data"])


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
async def test_a_browser_shows_it(server: tuple[int, "subprocess.Popen[bytes]"], tmp_path: Path) -> None:
    from PIL import Image

    debugging = free_port()
    options = [
        "--headless",
        "--no-sandbox",
        f"--remote-debugging-port={debugging}",
        f"--user-data-dir={tmp_path / 'b'}",
    ]
    command = ["chromium", *options, "--window-size=1200,800", f"http://localhost:{server[0]}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as browser:
        try:
            wait_for(lambda: not is_free(debugging), SECONDS)
            async with aiohttp.ClientSession() as session:
                end, seen = time.monotonic() + SECONDS, set[bytes]()
                while len(seen) < 3:  # of the dashboard, each with other numbers
                    assert time.monotonic() < end
                    shown = await picture(session, debugging)
                    colours = Image.open(io.BytesIO(shown)).convert("RGB").getcolors(1 << 24) or []
                    if len(colours) > 100:
                        seen.add(shown)
                        (tmp_path / "shown.png").write_bytes(shown)
                    await asyncio.sleep(0.5)
        finally:
            browser.terminate()
    wait_for(lambda: not children(server[1]), SECONDS)


async def test_a_visitor_changes_nothing(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    app.session.is_read_only = True
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        assert "Start training" not in "\n".join(lines(app))
        app.post_message(StartTraining(CONFIG))
        app.post_message(FindRate(CONFIG))
        for key in ("enter", "f5", "f3", "ctrl+p", "n", "r"):
            await pilot.press(key)
            await pilot.pause()
        assert app.screen is app.train_page
        assert not app.session.is_training
    assert find.list_runs(app.session.runs_folder) == []


def test_bad_options_are_one_line(cli: Cli, tmp_path: Path) -> None:
    is_one_line(cli("serve", "--watch", "gone"), 2, "is still empty")
    damaged = find.create(tmp_path / "runs", CONFIG)
    damaged.config_file.write_text("{")
    is_one_line(cli("serve", "--watch", damaged.id, "--port", str(free_port()), fresh=True), 1, "config.json")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        is_one_line(cli("serve", "--host", "127.0.0.1", "--port", port, fresh=True), 2, f"port {port}", "--port")
