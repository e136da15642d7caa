"""The pages of the guide: the Markdown files beside this module, by name."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mnist_sum_tui.errors import unknown

FOLDER = Path(__file__).parent
ORDER = (
    "experiments",
    "coach",
    "inside",
    "glossary",
    "assignment",
    "networks",
    "accuracy",
    "speed",
    "runs",
    "python",
    "own-network",
    "machines",
)
"""the pages to read first, in this order; the others follow in alphabetical order"""
_LINK = re.compile(r"([\w-]+)\.md(#[\w-]*)?")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s")


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One page. The file's first line is `# title`; the first sentence below it is the summary."""

    summary: str
    text: str
    """the whole file, Markdown"""


@cache
def pages() -> dict[str, GuidePage]:
    """All pages by name, in the order in which to read them."""
    names = [path.stem for path in FOLDER.glob("*.md")]
    names.sort(key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return {name: _read(name) for name in names}


def find_page(name: str) -> GuidePage:
    """The page with a name.

    Raises:
        UsageError: there is no such page; the message suggests the nearest name.
    """
    known = pages()
    if name not in known:
        raise unknown("page", name, known)
    return known[name]


def page_of_link(target: str) -> str | None:
    """The page that a link such as `speed.md` or `speed.md#the-bench` leads to; None for any other link."""
    found = _LINK.fullmatch(target)
    return found[1] if found and found[1] in pages() else None


def _read(name: str) -> GuidePage:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    paragraph = " ".join(text.partition("\n")[2].strip().partition("\n\n")[0].split())
    return GuidePage(_SENTENCE_END.split(paragraph)[0], text)
