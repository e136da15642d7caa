"""Told when it is over: which terminal gets what, and a pipe nothing."""

import pytest

from mnist_sum_tui.machine.notify import LONG_SECONDS, Way, sequence
from tests.cli.terminals import shown
from tests.conftest import Cli

OSC9 = "\x1b]9;mnist-sum: the training is over\x1b\\"
THROUGH_TMUX = "\x1bPtmux;\x1b\x1b]9;mnist-sum: the training is over\x1b\x1b\\\x1b\\"


@pytest.mark.parametrize(
    ("way", "seconds", "variables", "expected"),
    [
        ("none", 3600, {}, ""),
        ("bell", 0, {}, "\a"),
        ("osc9", 0, {}, OSC9),
        ("osc9", 0, {"TMUX": "/tmp/tmux-0/default,1,0"}, THROUGH_TMUX),
        ("auto", LONG_SECONDS - 1, {}, ""),
        ("auto", LONG_SECONDS, {}, "\a"),
        ("auto", LONG_SECONDS, {"TERM": "dumb"}, ""),
        ("auto", LONG_SECONDS, {"TERM": "xterm-kitty"}, OSC9),
        ("auto", LONG_SECONDS, {"TERM_PROGRAM": "WezTerm"}, OSC9),
        ("auto", LONG_SECONDS, {"LC_TERMINAL": "iTerm2"}, OSC9),
        ("auto", LONG_SECONDS, {"LC_TERMINAL": "iTerm2", "TMUX": "x"}, "\a"),
    ],
)
def test_what_a_terminal_gets(
    way: Way, seconds: float, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "TERM_PROGRAM", "LC_TERMINAL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **variables}.items():
        monkeypatch.setenv(name, value)
    assert sequence(way, "the training", seconds) == expected


def test_a_terminal_is_told_and_a_pipe_is_not(cli: Cli) -> None:
    command = ("evaluate", "--images", "20", "--notify", "osc9")
    expected = OSC9.replace("training", "evaluation")
    assert shown(*command).raw.endswith(expected)
    assert shown(*command, "--json").raw.endswith(expected)
    assert "\x1b]9;" not in shown(*command[:3]).raw, "auto is silent after a moment"
    piped = cli(*command)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert "\x1b" not in piped.stdout
    wrong = cli(*command[:3], "--notify", "pigeon")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
