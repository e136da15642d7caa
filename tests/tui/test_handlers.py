"""Textual finds a handler by its name, made of the message's class: one of another name would never be called."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from textual.message import Message

import mnist_sum_tui.tui

OVERRIDDEN = {"on_event", "on_startup", "on_shutdown"}
"""what takes every message, and methods of the web server"""

CALLED_BY_THE_APP = {"on_run_event"}
"""pages get it as a method, not as a message"""


def classes() -> Iterator[type]:
    """Every class that the dashboard defines."""
    for module in pkgutil.walk_packages(mnist_sum_tui.tui.__path__, "mnist_sum_tui.tui."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if found.__module__ == module.name:
                yield found


def messages(base: type[Message] = Message) -> Iterator[type[Message]]:
    for message in base.__subclasses__():
        yield message
        yield from messages(message)


def unknown_handlers(found: Iterator[type]) -> set[str]:
    names = {f"{cls.__name__}.{name}" for cls in found for name in vars(cls) if name.startswith("on_")}
    known = {message.handler_name for message in messages()} | OVERRIDDEN
    return {name for name in names if name.split(".")[1] not in known}


def test_every_handler_has_its_message() -> None:
    assert unknown_handlers(classes()) == set()


def test_a_handler_of_an_old_name_is_found() -> None:
    class Old:
        def on_pad_drawn(self) -> None: ...

        def on_draw_pad_drawn(self) -> None: ...

    assert unknown_handlers(iter([Old])) == {"Old.on_pad_drawn"}


def repeated_handlers(found: Iterator[type]) -> set[str]:
    """Handlers that call that of the base class, although Textual calls the handlers of all classes by itself."""
    handled = {message.handler_name for message in messages()} - OVERRIDDEN - CALLED_BY_THE_APP
    return {
        f"{cls.__name__}.{name}"
        for cls in found
        for name, member in vars(cls).items()
        if name in handled and inspect.isfunction(member) and f"super().{name}(" in inspect.getsource(member)
    }


def test_no_handler_is_called_twice() -> None:
    assert repeated_handlers(classes()) == set()
