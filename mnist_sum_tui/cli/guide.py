"""`mnist-sum guide`: the pages that the README has no room for, in the terminal."""

import os
import re
from typing import Annotated

import typer

from mnist_sum_tui.cli.layout import PIPED_WIDTH, console, is_plain, is_terminal, say
from mnist_sum_tui.cli.spoken import paragraphs
from mnist_sum_tui.guide.find import find_text, page_of_link, pages

WIDTH = 100
"""the most columns in a terminal, because longer lines are hard to read"""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def complete_page(incomplete: str) -> list[tuple[str, str]]:
    """Completions for a page, with what it is about."""
    return [(name, page.summary) for name, page in pages().items() if name.startswith(incomplete)]


def guide(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="A page, or a term such as learning rate.",
            metavar="PAGE|TERM",
            autocompletion=complete_page,
            show_default="a list of the pages",
        ),
    ] = None,
) -> None:
    """Read the guide: networks, accuracy, speed, experiments to try, a glossary, and more.

    Through a pipe it is plain text, 80 columns wide or as wide as COLUMNS says.
    """
    out = console()
    if not words:
        say(out, "The pages of the guide, first those for a newcomer:")
        out.print()
        room = max(map(len, pages())) + 2
        for name, found in pages().items():
            say(out, f"{name:<{room}}{found.summary}", indent=room, piped=PIPED_WIDTH)
        out.print()
        say(out, "mnist-sum guide PAGE shows one; it takes a term, too, such as learning rate", "dim")
        return
    text = _without_page_links(find_text(" ".join(words)))
    if is_plain():
        for paragraph, is_code in paragraphs(text):
            if is_code:
                print(paragraph)
            else:
                say(out, paragraph)
        return
    from mnist_sum_tui.cli.markdown import Page  # imports rich

    page = Page(text, hyperlinks=False)
    if is_terminal():
        out.print(page, width=min(WIDTH, out.width))
        return
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) else PIPED_WIDTH
    with out.capture() as capture:
        out.print(page, width=width)
    print("\n".join(line.rstrip() for line in capture.get().splitlines()).strip("\n"))


def _without_page_links(text: str) -> str:
    """The text without the links to other pages, which a terminal cannot follow; links to the web stay."""
    return _LINK.sub(lambda link: link[1] if page_of_link(link[2]) else link[0], text)
