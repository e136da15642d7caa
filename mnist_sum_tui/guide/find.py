"""The pages of the guide: the Markdown files beside this module, by name."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mnist_sum_tui.errors import nearest, unknown

FOLDER = Path(__file__).parent
ORDER = (
    "experiments", "lesson", "coach", "inside", "glossary", "answers", "assignment", "networks", "accuracy", "speed",
    "runs", "python", "own-network", "machines",
)  # fmt: skip
"""the pages to read first, in this order; the others follow in alphabetical order"""
_LINK = re.compile(r"([\w-]+)\.md(#[\w-]*)?")
_NO_ANCHOR = re.compile(r"[^\w\- ]")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s")
_SECTION = re.compile(r"(?:\A#|^##) (?:\d+\. )?(.+?)\n.+?(?=\n## |\Z)", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^- \*\*(.+?)\*\*: .+?(?=\n\n|\n- |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One page. The file's first line is `# title`; the first sentence below it is the summary."""

    summary: str
    text: str
    """the whole file, Markdown"""

    @property
    def title(self) -> str:
        """What its heading says: `Ten experiments to try`."""
        return self.text.partition("\n")[0].removeprefix("# ")


class Part(NamedTuple):
    """A section of a page, or an entry of the glossary; `text` is Markdown and begins with the title."""

    page: str
    title: str
    text: str

    @property
    def link(self) -> str:
        """Where it stands: `coach.md#overfitting`; an entry of the glossary has its first name there."""
        heading = self.title.partition(",")[0] if self.page == "glossary" else self.text.partition("\n")[0].strip("# ")
        return f"{self.page}.md#{_NO_ANCHOR.sub('', heading.lower()).replace(' ', '-')}"


@cache
def pages() -> dict[str, GuidePage]:
    """All pages by name, in the order in which to read them."""
    names = [path.stem for path in FOLDER.glob("*.md")]
    names.sort(key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return {name: _read(name) for name in names}


def find_text(words: str) -> str:
    """What the guide says about some words, as Markdown: the page or part of that name, or a list of parts.

    The parts in the list have the words in their titles, or else in their text; the beginning of a word is enough. If
    no part has them together, the longest of them is looked for.
    Each title is a link, and so is each page's command.

    Raises:
        UsageError: there is nothing; the message suggests the nearest page or entry of the glossary.
    """
    name = " ".join(words.lower().split())
    if name in pages():
        return pages()[name].text
    starts = re.compile(rf"\b(?=\w){re.escape(name)}", re.IGNORECASE)
    plain = name.replace("-", " ")  # as an option is written: weight-decay
    asked = {plain, plain.removesuffix("s"), f"{plain}s"}
    found = [part for part in _parts() if asked & set(part.title.lower().replace("-", " ").split(", "))]
    is_name = bool(found)
    found = found or [part for part in _parts() if starts.search(part.title)]
    found = found or [part for part in _parts() if starts.search(part.text)]
    if not (name and found):
        terms = [term for part in _parts() if part.page == "glossary" for term in part.title.lower().split(", ")]
        longest = max(name.split(), key=len, default=name)
        if longest != name and nearest(name, [*pages(), *terms]) is None:
            return find_text(longest)  # of a question, such as: what is a neuron
        hint = "mnist-sum guide lists the pages, mnist-sum guide glossary the terms"
        raise unknown("page or term", words, [*pages(), *terms], hint)
    if is_name or len(found) == 1:
        more = ", ".join(
            f"[`mnist-sum guide {page}`]({page}.md)" for page in dict.fromkeys(part.page for part in found)
        )
        return "\n\n".join([*(part.text for part in found), f"More: {more}"])
    found.sort(key=lambda part: -len(starts.findall(part.text)))
    titles = "\n".join(f"- {part.page}: [{part.title}]({part.link})" for part in found[:8])
    return f"The guide speaks of '{name}' here:\n\n{titles}\n\n`mnist-sum guide \"{found[0].title}\"` shows the first."


def page_of_link(target: str) -> str | None:
    """The page that a link such as `speed.md` or `speed.md#the-bench` leads to; None for any other link."""
    found = _LINK.fullmatch(target)
    return found[1] if found and found[1] in pages() else None


@cache
def _parts() -> tuple[Part, ...]:
    """The sections of the pages that are read first, but of the glossary its entries."""
    return tuple(
        Part(name, found[1].replace("`", ""), found[0].strip())
        for name in ORDER
        for found in (_ENTRY if name == "glossary" else _SECTION).finditer(pages()[name].text)
    )


def _read(name: str) -> GuidePage:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    paragraph = " ".join(text.partition("\n")[2].strip().partition("\n\n")[0].split())
    return GuidePage(_SENTENCE_END.split(paragraph)[0], text)
