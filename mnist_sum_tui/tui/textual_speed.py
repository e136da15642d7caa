"""What Textual 8 does more often or keeps longer than needed: style sheets, styles, drawn lines, removed widgets.

Each `mend` is a patch. What a version of Textual has in another form is left as it is.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from rich.segment import Segment
from textual._node_list import NodeList
from textual._styles_cache import StylesCache
from textual.app import App
from textual.cache import FIFOCache, LRUCache
from textual.color import Color
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.events import ScreenResume
from textual.strip import Strip
from textual.style import Style

NO_CACHES = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}
"""the attributes of a Strip that are no caches of other lines"""


class OnceParsed(Stylesheet):
    """Style sheets that are parsed only once per theme, for all apps of a process.

    Textual 8 parses all of them again whenever a page is opened, which takes half of the time to open one.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = parsed_with(frozenset(self._variables.items()))

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set the theme's variables; if they are the same, nothing is parsed again."""
        if variables != self._variables:
            self._parse_cache = LRUCache(1)  # in place of the other theme's, because Textual empties it
            super().set_variables(variables)
            self._parse_cache = parsed_with(frozenset(variables.items()))

    @classmethod
    def _check_rule(cls, rule_set: RuleSet, css_path_nodes: list[DOMNode]) -> Iterable[tuple[int, int, int]]:
        """Where a rule applies, as Textual's, which goes down from the app; but most rules do not even fit the node."""
        node = css_path_nodes[-1]
        if any(chain.selectors[-1].check(node) for chain in rule_set.selector_set):
            return super()._check_rule(rule_set, css_path_nodes)
        return ()

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """Style nodes, but for widgets that are still being made: each is styled when it is mounted."""
        super().update_nodes((node for node in nodes if node.parent or isinstance(node, App)), animate)

    def reparse(self) -> None:
        """Parse what is not parsed yet with these variables; if that fails, the old rules stay."""
        self.parse()


@lru_cache(8)
def parsed_with(variables: frozenset[tuple[str, str]]) -> LRUCache[tuple[object, ...], list[RuleSet]]:  # noqa: ARG001
    """What is parsed with these variables; nobody changes a rule that is parsed."""
    return LRUCache(256)


@cache
def mend_speed() -> None:
    """Make all of these patches; once per process."""
    mend_rules()
    mend_line_caches()
    mend_strips()
    mend_found()
    mend_resumes()


def mend_rules() -> None:
    """Let rules of style sheets have Python's own hash, which also tells one object from others.

    Textual 8's is a function in Python, called 400 times for each widget that is styled: a fifth of the time.
    """
    setattr(RuleSet, "__hash__", object.__hash__)  # noqa: B010


def mend_line_caches() -> None:
    """Patch StylesCache, so that the lines of a closed page are freed.

    Textual 8 caches two colours with the StylesCache as a key, and so keeps the last 1,024 of these alive: 25,000
    lines, which each full garbage collection visits. The colours do not depend on it.
    """
    find: Any = getattr(getattr(StylesCache, "get_inner_outer", None), "__wrapped__", None)
    if find is None:
        return

    @lru_cache(1024)
    def remembered(base: Color, background: Color) -> tuple[Style, Style]:
        return find(StylesCache, base, background)  # type: ignore[no-any-return]

    setattr(StylesCache, "get_inner_outer", staticmethod(remembered))  # noqa: B010


def mend_strips() -> None:
    """Patch Strip, so that a line has only the caches it uses, and is freed once it is not drawn.

    Textual 8 makes seven caches for each line: three quarters of the time that a line takes, and few are ever used.

    It keeps for each line what it was divided into. Of a line that is not divided that is the line itself: such circles
    wait for the garbage collector, 1,700 objects for each picture of a drag, and then 30 ms for all of them.
    """
    plain = {name: getattr(Strip([]), name, None) for name in Strip.__slots__}
    sizes = {name: value._maxsize for name, value in plain.items() if isinstance(value, FIFOCache)}
    if plain.keys() - sizes.keys() != NO_CACHES:
        return

    def start(line: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        line._segments, line._cell_length = list(segments), cell_length
        line._render_cache = line._link_ids = line._cell_count = None

    def make_cache(line: Strip, name: str) -> FIFOCache[object, object]:
        """What Python calls for an attribute that is not set: the first use of a cache."""
        if name not in sizes:
            raise AttributeError(name)
        made = FIFOCache[object, object](sizes[name])
        setattr(line, name, made)
        return made

    setattr(Strip, "__init__", start)  # noqa: B010
    setattr(Strip, "__getattr__", make_cache)  # noqa: B010
    divide = Strip.divide

    def divide_unless_whole(line: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
        places = list(cuts)
        return [line] if places == [line.cell_length] else divide(line, places)

    setattr(Strip, "divide", divide_unless_whole)  # noqa: B010


def mend_found() -> None:
    """Patch NodeList, so that widgets that were removed are freed.

    Textual 8 remembers what `query_one` has found, under a count of the changes around it. So nothing is found there
    again after a change, and yet the last 1,024 widgets stay alive: a panel for each time that it was opened.
    """
    if "_query_one_cache" not in DOMNode.__init__.__code__.co_names:
        return
    updated = NodeList.updated

    def forget(nodes: NodeList) -> None:
        updated(nodes)
        node: Any = nodes._parent and nodes._parent()
        while node is not None:
            node._query_one_cache.clear()
            node = node._parent

    setattr(NodeList, "updated", forget)  # noqa: B010


def mend_resumes() -> None:
    """Patch ScreenResume, so that a page that opens computes its styles once.

    Textual 8 sends this message twice in a row.
    """
    setattr(ScreenResume, "can_replace", lambda _, message: isinstance(message, ScreenResume))  # noqa: B010
