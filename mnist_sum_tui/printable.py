r"""Text from a file, a folder's name or a command line, made safe to show in a terminal. Standard library only."""


def printable(text: str) -> str:
    r"""The text with each character that is not plain print as its escape, such as `\x1b`, `\n` or `\u202e`.

    Those are the control characters, which move the cursor, recolour the screen or write to the clipboard; the marks
    that turn the direction of reading; spaces that look like none or like the plain one; and halves of surrogate pairs,
    as in a file name that is not UTF-8. What comes out stays as it is when it goes in again.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
