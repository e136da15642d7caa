"""The dashboard's own themes, in colours of Okabe and Ito, which colour-blind people can tell apart, too.

The digit has the colour primary, the sum accent, right answers success and wrong ones error; a sign beside them always
says the same. Text has its own colours, because Textual would blend it with white or black.
"""

from collections.abc import Mapping

from textual.color import BLACK, WHITE, Color
from textual.theme import BUILTIN_THEMES, Theme

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.settings import KNOWN, THEMES

DEFAULT = str(KNOWN["theme"].usual)
IN_FEW_COLOURS = {DEFAULT: "mnist-sum-16", "mnist-sum-light": "mnist-sum-16-light"}
"""the themes that replace ours in a terminal of 16 colours; they use only these, so that all text stays readable"""
DEFAULTS = {"text-run-2": "#CC79A7", "batch": "35%"}
"""our own theme variables, for themes without them: the colour of the second run in a chart, and how strong the dots of
each batch are; `heat`, where the network looked, is `warning` unless a theme has it"""
REDS = {
    True: ("#5F0000", "#870000", "#AF0000", "#D70000"),
    False: ("#FFD7D7", "#FFAFAF", "#FF8787", "#FF5F5F"),
}
"""a map's steps of mistakes where there are 256 colours, few to many, in dark and light themes; these would show a
blend of a theme's colours as red, olive, amber"""
YELLOWS = {
    True: ("#5F5F00", "#878700", "#AFAF00", "#D7D700", "#FFFF00"),
    False: ("#D7D7AF", "#D7D787", "#D7D75F", "#D7D700", "#AFAF00"),
}
"""the same for where the network looked, weak to strong"""
GROUNDS = (
    ("footer-key-foreground", "footer-background"),
    ("foreground-muted", "background"),
    ("foreground-muted", "surface"),
    ("block-cursor-foreground", "block-cursor-background"),
)
"""colours that some of Textual's themes hardly tell from their grounds: of keys, axes and the chosen row of a table"""
LEAST, SHADES = 3.0, 10
"""the contrast that they get, as WCAG 2.2 asks of graphics, and in how many shades between them and black or white"""


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """A theme's variables, in which the colours of GROUNDS are brought towards black or white until they stand out."""
    found = dict(variables)
    if found["background"].startswith("ansi"):
        return found  # only the terminal knows these colours
    under = Color.parse(found["background"])
    for name, ground in GROUNDS:
        if found[name].startswith("auto"):
            continue  # Textual takes what stands out
        back = _over(under, Color.parse(found[ground]))
        front = _over(back, Color.parse(found[name]))
        if contrast(front, back) < LEAST:
            far = max(BLACK, WHITE, key=lambda end: contrast(end, back))
            shades = (front.blend(far, share / SHADES) for share in range(SHADES + 1))
            found[name] = next(shade for shade in shades if contrast(shade, back) >= LEAST).hex
    return found


def contrast(one: Color, other: Color) -> float:
    """The contrast of WCAG 2 between two colours, 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    """The relative luminance of WCAG 2, 0 for black to 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _over(ground: Color, colour: Color) -> Color:
    """A colour that may be transparent, as it is seen on a ground."""
    return ground.blend(colour, colour.a, alpha=1)


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
