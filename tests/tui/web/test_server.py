"""The dashboard in a browser's page: its first frame, moving numbers, two visitors, other sites, a closed tab."""

import asyncio
import base64
import io
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import UnknownModeError

from mnist_sum_tui.cli.serve import serve
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import Journal
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Tab
from mnist_sum_tui.tui.session.messages import FindRate, StartTraining
from mnist_sum_tui.tui.web.visitor import watching_app
from tests.conftest import Cli, is_one_line, wait_for
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import until
from tests.tui.shown import lines
from tests.tui.web.visitors import SECONDS, Visitor, children, free_port, is_free, open_at, own, serving

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
pytest.importorskip("textual_serve", reason="textual-serve is not installed")


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
                await visitor.see("replay", but="reading the run")
                await visitor.see("accuracy")
            await visitors[0].see("can be dragged")
            assert not [line for line in visitors[0].screen.display if "F keys" in line], "there is no other page"
            (state,) = [line for line in visitors[0].screen.display if "replay" in line and "End replay" not in line]
            await visitors[0].see("replay", but=state[state.index("replay") :].strip())
            assert len(children(process)) == 2
            await one.send_json(["stdin", "\x1b[15~"])  # F5
            await visitors[0].see("only watched")
    wait_for(lambda: not children(process), SECONDS)  # a closed tab's process ends


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


async def asked(session: "aiohttp.ClientSession", debugging: int, method: str, **given: str) -> dict[str, Any]:
    """What Chromium answers of the page that it shows."""
    async with session.get(f"http://localhost:{debugging}/json") as answer:
        pages = [page for page in await answer.json() if page["type"] == "page"]
    async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as page:
        await page.send_json({"id": 1, "method": method, "params": given})
        found: dict[str, Any] = (await page.receive_json())["result"]
        return found


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
                    shown = base64.b64decode((await asked(session, debugging, "Page.captureScreenshot"))["data"])
                    colours = Image.open(io.BytesIO(shown)).convert("RGB").getcolors(1 << 24) or []
                    if len(colours) > 100:
                        seen.add(shown)
                        (tmp_path / "shown.png").write_bytes(shown)
                    await asyncio.sleep(0.5)
                focus = "document.activeElement.tagName"
                found = await asked(session, debugging, "Runtime.evaluate", expression=focus)
                assert found["result"]["value"] == "TEXTAREA", "keys count before the first click"
                beside = "innerWidth - document.querySelector('.xterm-screen').getBoundingClientRect().right >= 8"
                whole = f"{beside} && getComputedStyle(document.body).overflow == 'hidden'"
                found = await asked(session, debugging, "Runtime.evaluate", expression=whole)
                assert found["result"]["value"], "no scroll bar, nor the edge, cuts the last column"
                for state, words in (("", "words"), ("-closed", "refused"), ("-first-byte -closed", "over")):
                    shown_now = "[...document.querySelectorAll('p')].filter(p => p.offsetParent).map(p => p.id)"
                    asking = f"document.body.className = '{state}'; {shown_now}.join()"
                    found = await asked(session, debugging, "Runtime.evaluate", expression=asking)
                    assert found["result"]["value"] == words, "one text, and none over another"
        finally:
            browser.terminate()
    wait_for(lambda: not children(server[1]), SECONDS)


async def test_a_visitor_changes_nothing(fake: FakeTrain, app: MnistSumApp) -> None:
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


async def test_a_visitor_has_no_tabs_to_other_pages(tmp_path: Path) -> None:
    """On the page Runs, runs could be deleted."""
    app = watching_app(tmp_path, None, "mnist-sum-light")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed and app.train_page.player is not None)
        assert app.current_theme.name == "mnist-sum-light"
        assert [tab.page for tab in app.screen.query(Tab)] == ["train"], "none that does nothing"
        await pilot.click(Tab)
        await pilot.pause()
        assert app.screen is app.train_page
        with pytest.raises(UnknownModeError):
            await app.switch_mode("runs")


async def test_who_has_left_makes_room_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    from aiohttp import test_utils, web

    from mnist_sum_tui.tui.web.server import MOST_VISITORS, WatchServer

    watch, there = WatchServer("true", "localhost", 8000), list[int]()

    async def visit(*_: object) -> None:
        there.append(len(watch.sockets))
        if len(there) == 1:
            raise RuntimeError("a visitor's process that cannot be started")
        if there[-1] < MOST_VISITORS:
            await come()

    def come() -> Any:
        headers = {"Host": "localhost:8000", "Origin": own(8000)}
        return watch.handle_websocket(test_utils.make_mocked_request("GET", "/ws", headers))

    monkeypatch.setattr(watch, "_serve_visit", visit)
    with pytest.raises(RuntimeError):
        await come()
    await come()
    assert there == [1, *range(1, MOST_VISITORS + 1)]
    assert not watch.sockets
    watch.sockets = {web.WebSocketResponse() for _ in range(MOST_VISITORS)}
    with pytest.raises(web.HTTPServiceUnavailable):
        await come()


def test_bad_options_are_one_line(cli: Cli, tmp_path: Path) -> None:
    is_one_line(cli("serve", "--watch", "gone"), 2, "does not exist yet")
    damaged = find.create(tmp_path / "runs", CONFIG)
    damaged.config_file.write_text("{")
    is_one_line(cli("serve", "--watch", damaged.id, "--port", str(free_port()), fresh=True), 1, "config.json")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        is_one_line(cli("serve", "--host", "127.0.0.1", "--port", port, fresh=True), 2, f"port {port}", "--port")
    is_one_line(cli("serve", "--host", ""), 2, "error: --host is empty: name an address, or leave the option out")


@pytest.mark.parametrize("host", ["\u00e9..", "256.1.1.1", "192.0.2.1", "1::1"])
def test_a_host_that_is_not_of_this_machine_is_refused_and_not_the_port(host: str) -> None:
    refusal = "is no address of this machine: try localhost, or 0.0.0.0 for all that it has$"
    with pytest.raises(UsageError, match=refusal):
        serve(host=host, port=free_port())


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_nobody_is_taken_before_it_is_ready(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if host == "::1":
        try:
            socket.create_server((host, 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("needs IPv6")
    monkeypatch.setattr("mnist_sum_tui.cli.serve._announce", lambda *_: None)
    taken: list[bool] = []
    port = free_port()
    monkeypatch.setattr("mnist_sum_tui.tui.web.server.serve", lambda *_: taken.append(not is_free(port)))
    monkeypatch.setattr(socket.socket, "listen", lambda *_: pytest.fail("only the server itself listens"))
    serve(host=host, port=port)
    assert taken == [False]
