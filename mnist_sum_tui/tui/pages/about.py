"""Words about each page: the help's, on what one is looking at, and an empty page's; and about the coach's sentence."""

import re

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.guide.find import pages
from mnist_sum_tui.tui.widgets.key_footer import WIDE
from mnist_sum_tui.verdict import SURE

ABOUT = {
    "train": f"""\
The loss of both answers, digit and
sum, falls as the network learns,
and the accuracy rises. Below: its
answers for a few images (in little
room 1+9:7,16: it read 7, sum 16),
and from {WIDE} columns all sums of
the first: a diagonal once it adds.
Agreement: how often the sum is its
own digit + number, right or wrong.
p looks back in a run. F9: a guide;
its glossary says what words mean.
In a shell, mnist-sum demo plays a
whole training in 40 seconds.""",
    "inspect": f"""\
One test image and a number go in,
digit and sum come out. Bars: how
probable each is; rough, if the
network is not calibrated.
{BRAILLE.chosen} its answer, {BRAILLE.truth} the right one.""",
    "draw": f"""\
Draw a digit: after each stroke the
network reads it cut out, scaled to
20 pixels and centred, as MNIST.
3?: it is not sure, because digit or
sum is less than {percent(SURE, 0)} probable.
Thin bar: how like a digit it is;
its tick: the least for a digit.
F6 shows its way through the layers.""",
    "mistakes": """\
Left: which digit is read as which
(=: right, and not counted).
Right: how often the sum is right.
The stronger the colour, the more
mistakes.
Below: the wrong images, those that
the network was surest of first.
c: how sure it is, and how often it
is right then; the mean gap between
both is the ECE. NLL and Brier are
errors of the probabilities: the
lower, the better.""",
    "runs": """\
Every training is a run in a folder.
Table: its accuracies, of the test
or * of validation. Its curve below.
Space marks a run and goes on: the
curves of marked runs are compared.
keep: how many epochs' weights stay,
for Inspect, Mistakes and Inside.""",
    "inside": """\
The path of one image through your
network. Each layer makes maps that
stand out where it finds what it
looks for. Then the number comes in,
and layers that add find the sum.""",
}
AWAITED = {
    "inspect": """\
Here you will see a test image, the network's answers to it,
and how probable it finds each digit and each sum.
""",
    "mistakes": """\
Here you will see which digits the network confuses,
which sums it gets wrong, and the images themselves.
""",
    "inside": """\
Here you will see an image on its way through the network:
what each layer makes of it, how the number comes in, and the sums.
""",
}
"""what a page will show, said while torch loads or the weights are read"""
_MARKS = re.compile(r"\[([^\]]*)\]\([^)]*\)|`")
"""Markdown's of a link, of which the words stay, and of code"""


def explanation(topic: str) -> str:
    """What the guide says on a topic of the coach, as plain text; empty if it knows no such topic."""
    from mnist_sum_tui.training.topics import PHASES, WARNINGS

    paragraphs = pages()["coach"].text.split("\n## ")[1:]
    found = dict(zip((*PHASES, *WARNINGS), paragraphs, strict=True)).get(topic, "")
    return _MARKS.sub(r"\1", " ".join(found.partition("\n")[2].split()))
