"""What a visitor of `mnist-sum serve` may send, and what is refused."""

import json

import pytest

from mnist_sum_tui.tui.web.visitor_input import is_known, read_message


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:65535"])
def test_local_names_are_known(name: str) -> None:
    assert is_known(name, "localhost")
    assert is_known(name, "0.0.0.0")


@pytest.mark.parametrize(
    "name",
    ["", "[", "evil.com", 'localhost/"><script>', "evil.com@localhost", "localhost:x", "localhost:", "localhost.",
     "::1", "127.0.0.1.evil.com", "127x0x0x1", "localhost\n", "localhost:\u0663"],
)  # fmt: skip
def test_other_names_are_not(name: str) -> None:
    assert not is_known(name, "localhost")
    assert not is_known(name, "192.168.1.5")
    assert is_known(name, "0.0.0.0") == (name in ("evil.com", "127.0.0.1.evil.com", "127x0x0x1", "localhost."))


def test_the_host_that_was_given_is_known() -> None:
    assert is_known("192.168.1.5:8000", "192.168.1.5")
    assert is_known("[fe80::5]:8000", "fe80::5")
    assert not is_known("192x168.1.5:8000", "192.168.1.5")


def test_what_the_page_sends_is_read() -> None:
    assert read_message('["stdin", "\u00e9\\u001b[A"]') == ("stdin", b"\xc3\xa9\x1b[A")
    assert read_message('["resize", {"width": 100, "height": 30}]') == ("resize", (100, 30))
    assert read_message('["resize", {"width": 99999999, "height": -4}]') == ("resize", (500, 10))
    assert read_message('["ping", "17"]') == ("ping", "17")
    assert read_message('["focus"]') == ("focus", None)


@pytest.mark.parametrize(
    "message",
    [{}, [], 1, None, ["stdin"], ["stdin", 5], ["stdin", "\ud800"], ["resize", []], ["resize", {"width": 80}],
     ["resize", {"width": "a", "height": 3}], ["resize", {"width": 1e9, "height": 3}], ["focus", 1], ["quit"], [[]]],
)  # fmt: skip
def test_what_it_does_not_send_is_refused(message: object) -> None:
    with pytest.raises(ValueError, match=r"not a message|surrogates"):
        read_message(json.dumps(message))


@pytest.mark.parametrize("text", ["", "not json", b"\xff", "[" * 100_000, '["resize",{"width":' + "9" * 5000 + "}]"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  of json, with words of its own
        read_message(text)
