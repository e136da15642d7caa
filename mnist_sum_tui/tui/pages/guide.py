"""GuideScreen: the guide, opened over any page: the list of its pages, and the text of one of them."""

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Markdown, OptionList
from textual.widgets.option_list import Option

from mnist_sum_tui.guide.find import MOST_LISTED, find_text, page_of_link, pages
from mnist_sum_tui.tui.pages.dialogs import AskLine
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.guide_text import GuideText
from mnist_sum_tui.tui.widgets.key_footer import WIDE, KeyFooter

LISTED = re.compile(r"^\d\. [\w-]+: \[.+\]\((\S+)\)$", re.MULTILINE)
"""a line of a list of what was found, and its link"""
OPENED_BY = range(1, MOST_LISTED + 1)
"""the digits that open what is in the list"""
NAME_WIDTH = 24
"""columns of a page's name in the list"""


class GuideScreen(Question[None]):
    """Shows the list and the text; the text has the focus, so that the usual keys scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("q,f9", "dismiss(None)", "Close", key_display="q"),
        *(Binding(f"{at}", f"open({at})", "Open", key_display=f"1-{MOST_LISTED}", show=at == 1) for at in OPENED_BY),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("n", "turn(1)", "Next page"),
        Binding("p", "turn(-1)", "Page before"),
        Binding("tab", "app.focus_next", "List"),
    ]
    AUTO_FOCUS = "#guide-scroll"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012
    CSS = """
    GuideScreen {
        align: center middle;
        #guide { width: 1fr; max-width: 130; height: 1fr; background: $surface; }
        #guide-list { width: 26; height: 1fr; border: none; padding: 0 1; background: $panel; }
        #guide-list { text-wrap: nowrap; text-overflow: clip; }
        #guide-scroll { width: 1fr; height: 1fr; }
        MarkdownBlock { link-color: $text-primary; }
        /* Textual would lose a ground that is opaque */
        MarkdownBlock > .code_inline { color: $foreground; background: $foreground 10%; }
        MarkdownH2 { text-style: bold; }  /* only links are underlined */
        &.-narrow #guide { layout: vertical; }
        &.-narrow #guide-list { width: 1fr; height: 3; text-overflow: ellipsis; }
        &.-narrow.-tall #guide-list { height: 25%; }
        &.-narrow #guide-list:focus { height: auto; max-height: 60%; }
        &.-narrow Markdown { padding: 0 0 0 1; }
        &.-narrow MarkdownFence > Label { padding: 1 0; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.page = next(iter(pages()))
        """the name of the page that is shown, or asked for last"""
        self._anchor: str | None = None
        """of the page that is asked for, until it is drawn"""
        self._found = ""
        """what a search has found, as Markdown, while it is shown instead of the page"""

    def compose(self) -> ComposeResult:
        """The list beside the text, or above it if there is little room."""
        with Horizontal(id="guide"):
            # beside the text there is room for the names alone
            named = (Option(f"{name:<{NAME_WIDTH}}{page.title}", id=name) for name, page in pages().items())
            yield OptionList(*named, id="guide-list", markup=False)
            with VerticalScroll(id="guide-scroll"):
                yield GuideText(pages()[self.page].text, open_links=False)
        yield KeyFooter()

    def show_page(self, name: str, anchor: str = "") -> None:
        """Show a page from its top, or from the heading of that anchor; of several in a row only the last is drawn."""
        self.page, self._anchor, self._found = name, anchor, ""
        self._mark()
        self.refresh_bindings()
        self.query_one(Markdown).call_later(self._draw)  # one after another there, while the keys go on here

    async def _draw(self) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor is None:
            return
        document = self.query_one(Markdown)
        await document.update(self._found or pages()[self.page].text)
        if not (anchor and document.goto_anchor(anchor)):
            self.query_one("#guide-scroll").scroll_home(animate=False)

    def _mark(self) -> None:
        choices = self.query_one(OptionList)
        choices.highlighted = choices.get_option_index(self.page)

    on_mount = _mark

    def action_turn(self, by: int) -> None:
        """Go to the next page, or to the one before."""
        names = list(pages())
        self.show_page(names[(names.index(self.page) + by) % len(names)])

    def action_search(self) -> None:
        """Ask for a page or a term, and show what `mnist-sum guide` says of it, in place of what was found before."""
        if self._found:
            self.show_page(self.page)
        hint = "A page, or a term such as learning rate"
        self.app.push_screen(AskLine("What do you look for in the guide?", "", hint, find_text), self.show_found)

    def show_found(self, words: str | None) -> None:
        """Show what the guide says of these words, which are in it; nothing for None."""
        if words in pages():
            self.show_page(words)
        elif words is not None:
            self._found, self._anchor = find_text(words), ""
            self.query_one(Markdown).call_later(self._draw)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open what a search has found, if it is a list."""
        return bool(LISTED.search(self._found)) if action == "open" else super().check_action(action, parameters)

    def action_open(self, place: int) -> None:
        """Open what stands at this place of the list, if there is so much."""
        if place <= len(links := LISTED.findall(self._found)):
            self.follow(links[place - 1])

    def action_back(self) -> None:
        """Go back from what was found to the page, or close the guide."""
        if self._found:
            self.show_page(self.page)
        else:
            self.dismiss()

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """Open the chosen page, and let the keys scroll it."""
        self.show_page(str(message.option.id))
        self.query_one("#guide-scroll").focus()

    def on_markdown_link_clicked(self, message: Markdown.LinkClicked) -> None:
        """Follow the link under the mouse."""
        self.follow(message.href)

    def follow(self, link: str) -> None:
        """Go to another page of the guide; of any other link only show the address."""
        page, anchor = page_of_link(link), link.partition("#")[2]
        if page == "glossary" and anchor:  # its entries have no headings
            self.show_found(anchor)
        elif page is not None:
            self.show_page(page, anchor)
        else:
            self.notify(link, title="To open in a browser", markup=False)
