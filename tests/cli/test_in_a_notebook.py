"""The commands in a cell of a notebook, as `%run -m mnist_sum_tui predict 3` starts them."""

import pytest

from mnist_sum_tui.cli.layout import console, say


class ZMQInteractiveShell:
    """The name by which rich knows the shell of a notebook."""


def test_lines_are_printed_as_one_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As outputs of their own, each with a gap below it, the lines of a picture or a table would fall apart."""
    monkeypatch.setattr("builtins.get_ipython", ZMQInteractiveShell, raising=False)
    say(console(), "one")
    console().print("two")
    assert capsys.readouterr().out == "one\ntwo\n"
