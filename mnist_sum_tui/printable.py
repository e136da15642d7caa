r"""Make text from a file, a folder's name or a command line safe to show in a terminal. Standard library only."""


def printable(text: str) -> str:
    r"""The text with each unprintable character replaced by its escape, such as `\x1b`, `\n` or `\u202e`.

    These are control characters, which can move the cursor, recolour the screen or write to the clipboard; marks that
    reverse the reading direction; all spaces but the plain one; and lone surrogates, as in a file name that is not
    UTF-8. Applying it a second time changes nothing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
