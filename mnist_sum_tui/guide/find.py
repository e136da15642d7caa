"""The pages of the guide: the Markdown files beside this module, by name."""

import re
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import NamedTuple

from mnist_sum_tui.errors import nearest, unknown

FOLDER = Path(__file__).parent
ORDER = (
    "experiments", "lesson", "coach", "inside", "glossary", "answers", "assignment", "networks", "accuracy", "speed",
    "runs", "python", "own-network", "machines",
)  # fmt: skip
"""the pages to read first, in this order; the others follow in alphabetical order"""
MOST_LISTED = 8
"""parts in a list of what was found; the dashboard opens them by one digit"""
MOST_WORDS = 30
"""of a question that are looked at, so that a pasted text does not stop the dashboard"""
_LINK = re.compile(r"([\w-]+)\.md(#[\w-]*)?")
_NO_ANCHOR = re.compile(r"[^\w\- ]")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s")
_SECTION = re.compile(r"(?:\A#|^##) (?:\d+\. )?(.+?)\n.+?(?=\n## |\Z)", re.MULTILINE | re.DOTALL)
_COMMON = """
a am an and answer answers any are as at be but by can could did do does for from get had has have he her him how i
if in into is it its just long made make many me mean means more much must my need needed network networks no not of
off on one or our out should so some take takes than that the their them then there these they this those to too us
use used was we were what when where which while who why will with work works would you your
"""
"""words of a question that say nothing of what is looked for"""
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
    no part has them together, they are a question, and what a phrase of it names is looked for, or else the parts that
    have most of its words. Each title is a link, and so is each page's command.

    Raises:
        UsageError: there is nothing; the message suggests the nearest page or entry of the glossary.
    """
    name = " ".join(words.lower().split())
    if (named := _named(name)) is not None:
        return named
    starts = _starts(name)
    found = [part for part in _parts() if starts.search(part.title)]
    found = found or [part for part in _parts() if starts.search(part.text)]
    if not (name and found):
        return _answer(words, name)
    found.sort(key=lambda part: -len(starts.findall(part.text)))
    return _whole(found) if len(found) == 1 else _listed(found, [name])


def _answer(words: str, name: str) -> str:
    """What a question is about: its longest phrase that names something, else the parts that have most of its words."""
    common = _COMMON.split()
    said = [word.strip("?!.,:;'\"()") for word in name.split()[:MOST_WORDS]]
    phrases = [" ".join(said[start:end]) for end in range(len(said) + 1) for start in range(end)]
    for phrase in sorted(phrases, key=lambda phrase: (-phrase.count(" "), -len(phrase))):
        if phrase not in common and (named := _named(phrase)) is not None:
            return named
    asked = [word for word in said if word and word not in common]
    if len(asked) == 1 and asked[0] != name:
        return find_text(asked[0])
    terms = [
        *pages(),
        *(term for part in _parts() if part.page == "glossary" for term in part.title.lower().split(", ")),
    ]
    found = [] if nearest(name, terms) else _ranked(asked)
    if not found:
        hint = "try another word, or the page glossary, which lists the terms"
        raise unknown("page or term", words, terms, hint)
    return _listed(found, asked)


def _ranked(asked: list[str]) -> list[Part]:
    """The parts with any of these words, first those with the most; a rare word counts more, and a title's double."""
    scores = dict.fromkeys(_parts(), 0.0)
    for starts in map(_starts, asked):
        having = [part for part in _parts() if starts.search(part.text)]
        for part in having:
            scores[part] += log(len(scores) / len(having)) * (2 if starts.search(part.title) else 1)
    return sorted((part for part in scores if scores[part]), key=lambda part: -scores[part])


def _named(name: str) -> str | None:
    """The page or the parts of this name, which may be written as an option, `weight-decay`, and in the plural."""
    if (page := pages().get(name.replace(" ", "-"))) is not None:
        return page.text
    plain = name.replace("-", " ")
    asked = {plain, plain.removesuffix("s"), f"{plain}s"}
    found = [part for part in _parts() if asked & set(part.title.lower().replace("-", " ").split(", "))]
    return _whole(found) if found else None


def _starts(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?=\w){re.escape(word)}", re.IGNORECASE)


def _whole(found: list[Part]) -> str:
    """The text of these parts, and where the rest stands."""
    names = dict.fromkeys(part.page for part in found)
    more = ", ".join(f"[`mnist-sum guide {page}`]({page}.md)" for page in names)
    return "\n\n".join([*(part.text for part in found), f"More: {more}"])


def _listed(found: list[Part], asked: list[str]) -> str:
    """The first of these parts as a list of links, numbered, because the dashboard opens them by their numbers."""
    first = enumerate(found[:MOST_LISTED], 1)
    titles = "\n".join(f"{place}. {part.page}: [{part.title}]({part.link})" for place, part in first)
    words = ", ".join(f"'{word}'" for word in asked)
    return f'The guide speaks of {words} here:\n\n{titles}\n\n`mnist-sum guide "{found[0].title}"` shows the first.'


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
