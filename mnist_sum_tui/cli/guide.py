"""`mnist-sum guide`: the pages that the README has no room for, in the terminal."""

import re
from typing import Annotated

import typer

from mnist_sum_tui.cli.common import console, is_terminal, print_table
from mnist_sum_tui.guide.find import find_page, page_of_link, pages

WIDTH = 100
"""columns; longer lines are hard to read"""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def complete_page(incomplete: str) -> list[tuple[str, str]]:
    """Names of pages, with what they are about."""
    return [(name, page.summary) for name, page in pages().items() if name.startswith(incomplete)]


def guide(
    page: Annotated[
        str | None, typer.Argument(help="A page.", autocompletion=complete_page, show_default="a list of the pages")
    ] = None,
) -> None:
    """Read the guide: networks, accuracy, speed, experiments to try, and more.

    Through a pipe it is plain Markdown.
    """
    if page is None:
        rows = [[found.name, found.summary] for found in pages().values()]
        print_table(console(), "", ["page", "what it says"], rows, left=2)
        console().print("mnist-sum guide PAGE shows one", style="dim")
        return
    text = find_page(page).text
    if not is_terminal():
        typer.echo(text, nl=False)
        return
    from rich.markdown import Markdown

    out = console()
    out.print(Markdown(_without_page_links(text), hyperlinks=False), width=min(WIDTH, out.width))


def _without_page_links(text: str) -> str:
    """The text with links to other pages as bare names, because a terminal cannot follow them; the web's stay."""
    return _LINK.sub(lambda link: link[1] if page_of_link(link[2]) else link[0], text)
