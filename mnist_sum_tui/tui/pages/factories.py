"""How each page is made. A page is imported when it is first opened: the first frame needs Train alone."""

from mnist_sum_tui.tui.pages.base import Page


def _inspect_page() -> Page:
    from mnist_sum_tui.tui.pages.inspect import InspectPage

    return InspectPage()


def _draw_page() -> Page:
    from mnist_sum_tui.tui.pages.draw import DrawPage

    return DrawPage()


def _mistakes_page() -> Page:
    from mnist_sum_tui.tui.pages.mistakes import MistakesPage

    return MistakesPage()


def _runs_page() -> Page:
    from mnist_sum_tui.tui.pages.runs import RunsPage

    return RunsPage()


def _inside_page() -> Page:
    from mnist_sum_tui.tui.pages.inside import InsidePage

    return InsidePage()


PAGE_FACTORIES = {
    "inspect": _inspect_page,
    "draw": _draw_page,
    "mistakes": _mistakes_page,
    "runs": _runs_page,
    "inside": _inside_page,
}
"""all but Train, whose form has defaults"""
