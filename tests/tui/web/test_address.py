"""The addresses that `mnist-sum serve` prints."""

import socket

import pytest

from mnist_sum_tui.cli.serve import _announce

pytest.importorskip("textual_serve", reason="textual-serve is not installed")


@pytest.mark.parametrize(("host", "address", "for_others"), [
    ("localhost", "localhost", ""), ("::1", "[::1]", ""), ("192.0.2.1", "192.0.2.1", "Anyone"),
    ("0.0.0.0", "localhost", "From other machines Anyone"), ("::", "localhost", "From other machines Anyone"),
])  # fmt: skip
def test_it_says_who_can_watch(host: str, address: str, for_others: str, capsys: pytest.CaptureFixture[str]) -> None:
    _announce(None, host, 8000)
    said = capsys.readouterr().out
    assert said.startswith(f"http://{address}:8000 shows the demo")
    assert " ".join(words for words in ("From other machines", "Anyone") if words in said) == for_others


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_it_gives_the_address_for_others(
    host: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[object]()
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: asked.append(where))
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("2001:db8::7" if host == "::" else "192.168.1.7", 1))
    _announce(None, host, 8000)
    address = "[2001:db8::7]" if host == "::" else "192.168.1.7"
    assert f"From other machines: http://{address}:8000\n" in capsys.readouterr().out
    assert len(asked) == 1

    def refused(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    _announce(None, host, 8000)
    assert "http://(the name or address of this machine):8000\n" in capsys.readouterr().out
