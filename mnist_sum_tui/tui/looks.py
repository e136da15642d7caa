"""The dashboard's own themes, in colours of Okabe and Ito, which colour-blind people can tell apart, too.

The digit has the colour primary, the sum accent, right answers success and wrong ones error; a sign beside them always
says the same. Text has its own colours, because Textual would blend it with white or black.
"""

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.settings import KNOWN, THEMES

DEFAULT = str(KNOWN["theme"].usual)
IN_FEW_COLOURS = {DEFAULT: "mnist-sum-16", "mnist-sum-light": "mnist-sum-16-light"}
"""the themes that replace ours in a terminal of 16 colours; they use only these, so that all text stays readable"""
DEFAULTS = {"text-run-2": "#CC79A7", "batch": "35%"}
"""our own theme variables, for themes without them: the colour of the second run in a chart, and how strong the dots of
each batch are; `heat`, where the network looked, is `warning` unless a theme has it"""


def luminance(colour: Color) -> float:
    """The relative luminance of WCAG 2, 0 for black to 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _texts(primary: str, secondary: str, accent: str, warning: str, error: str, second_run: str) -> dict[str, str]:
    """The theme variables for the colours of text; right answers have the colour of the digit."""
    return {
        "text": "auto 100%",  # Textual's 87 % is 4.3 on the chosen tab
        "text-primary": primary,
        "text-secondary": secondary,
        "text-accent": accent,
        "text-success": primary,
        "text-warning": warning,
        "text-error": error,
        "text-run-2": second_run,
        "footer-key-foreground": accent,
        "border": primary,
        **{f"markdown-h{level}-color": primary for level in (1, 2, 3)},
    }


OWN = (
    Theme(
        "mnist-sum-dark",
        primary="#0072B2",
        secondary="#009E73",
        accent="#E69F00",
        success="#0072B2",
        warning="#F0E442",
        error="#D55E00",
        foreground="#E4E4E4",
        background="#121212",
        surface="#1C1C1C",
        panel="#262626",
        variables={**_texts("#56B4E9", "#2BB98F", "#E69F00", "#F0E442", "#D9622B", "#F5CBE6"), "batch": "53%"},
    ),
    Theme(
        "mnist-sum-light",
        primary="#0072B2",
        secondary="#009E73",
        accent="#E69F00",
        success="#0072B2",
        warning="#C9B800",
        error="#D55E00",
        foreground="#1A1A1A",
        background="#FAFAFA",
        surface="#EFEFEF",
        panel="#E2E2E2",
        dark=False,
        variables={
            **_texts("#005F96", "#006B4E", "#906200", "#2E2900", "#8A2F00", "#B0508F"),
            "footer-key-foreground": "#805600",
        },
    ),
    Theme(
        "mnist-sum-contrast",
        primary="#9AD4FF",
        secondary="#5FE0B0",
        accent="#FFB52E",
        success="#004A86",
        warning="#F5F07A",
        error="#7A2E00",
        foreground="#FFFFFF",
        background="#000000",
        surface="#000000",
        panel="#1A1A1A",
        variables={
            **_texts("#7CC8FF", "#4ED3A3", "#FFB52E", "#F5F07A", "#FF8F57", "#FBD3EA"),
            "text-muted": "#D0D0D0",
            "text-disabled": "#BDBDBD",
            "foreground-muted": "#D0D0D0",
            "foreground-disabled": "#BDBDBD",
            "block-cursor-blurred-background": "#2E2E2E",
            "block-hover-background": "#2E2E2E",
            "border-blurred": "#8A8A8A",
            "scrollbar": "#9A9A9A",
            **dict.fromkeys(("input-selection-background", "screen-selection-background"), "#004A86"),
            "screen-selection-foreground": "#FFFFFF",
            "batch": "55%",
            "heat": "#524C00",
        },
    ),
    Theme(
        IN_FEW_COLOURS[DEFAULT],
        primary="#0000AA",
        secondary="#00AAAA",
        accent="#FFFF55",
        success="#0000AA",
        warning="#FFFF55",
        error="#AA0000",
        foreground="#FFFFFF",
        background="#000000",
        surface="#000000",
        panel="#000000",
        variables={
            **_texts("#55FFFF", "#55FF55", "#FFFF55", "#FF55FF", "#FF5555", "#FFFFFF"),
            "boost": "#0000AA",
            "heat": "#0000AA",
            **dict.fromkeys(("text-muted", "text-disabled", "foreground-muted", "foreground-disabled"), "#AAAAAA"),
            **dict.fromkeys(("block-cursor-blurred-background", "block-hover-background", "border-blurred"), "#555555"),
        },
    ),
    Theme(
        IN_FEW_COLOURS["mnist-sum-light"],
        primary="#0000AA",
        secondary="#000000",
        accent="#AA00AA",
        success="#0000AA",
        warning="#AA00AA",
        error="#AA0000",
        foreground="#000000",
        background="#FFFFFF",
        surface="#FFFFFF",
        panel="#FFFFFF",
        dark=False,
        variables={
            **_texts("#0000AA", "#000000", "#AA00AA", "#5555FF", "#AA0000", "#AA5500"),
            "boost": "#AAAAAA",
            "heat": "#AAAAAA",
            **dict.fromkeys(("text-muted", "text-disabled", "foreground-muted", "foreground-disabled"), "#555555"),
            **dict.fromkeys(("block-cursor-blurred-background", "block-hover-background", "border-blurred"), "#AAAAAA"),
        },
    ),
)
NAMES = (*(theme.name for theme in OWN), *BUILTIN_THEMES)
"""all themes, ours first"""


def ground(theme: str) -> str:
    """The colour behind everything, as `#rrggbb`."""
    themes = {each.name: each for each in OWN} | BUILTIN_THEMES
    return themes[theme].to_color_system().generate()["background"]


def trouble_with(theme: str) -> UsageError | None:
    """The error that says that there is no such theme; None if there is."""
    return None if theme in NAMES else unknown("theme", theme, NAMES, f"choose {THEMES}")
