"""The picture on the form for a new run: the network's two inputs and two answers."""

from textual.content import Content

PICTURE = """\
  .-=++*##*.       ┌────────────────┐
  %@@@@@@@@:  ────▶│ sees the image │────▶ digit  7
  ::.   -@%.       └───────┬────────┘
       .%@=                │
       #@*         ┌───────┴────────┐
      +@%.    5 ──▶│ adds a number  │────▶ sum   12
      @@-          └────────────────┘"""


def coloured() -> Content:
    """The picture with the two answers in the colours of their curves."""
    content = Content(PICTURE)
    for text, style in (("digit  7", "$text-primary bold"), ("sum   12", "$text-accent bold")):
        start = PICTURE.index(text)
        content = content.stylize(style, start, start + len(text))
    return content
