"""The signals that end a program, sent to this very process."""

import signal

from mnist_sum_tui.machine import signals

FIRST, AGAIN = "first", "again"


def test_the_first_and_the_further_ones_are_told_apart_and_the_handlers_are_put_back() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heard: list[tuple[str, int]] = []
    with signals.caught(lambda n: heard.append((FIRST, n)), lambda n: heard.append((AGAIN, n))) as numbers:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
    assert heard == [(FIRST, signal.SIGTERM), (AGAIN, signal.SIGINT), (AGAIN, signal.SIGTERM)], "no further SIGHUP"
    assert numbers == [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
    assert {number: signal.getsignal(number) for number in before} == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.caught(lambda _: None) as numbers:
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert numbers == [signal.SIGTERM]


def test_only_those_that_are_named_are_caught() -> None:
    before = signal.getsignal(signal.SIGINT)
    with signals.caught(lambda _: None, names=("SIGTERM", "SIGNOTHING")):
        assert signal.getsignal(signal.SIGINT) is before
