"""The help panel's words about each page: a few lines that explain what one is looking at."""

from mnist_sum_tui.glyphs import BRAILLE

ABOUT = {
    "train": """\
Choose a recipe, and start. The loss
of both answers, digit and sum, then
falls as the network learns, and the
accuracy rises. Below the charts are
its answers for a few images.
p plays an opened run back.""",
    "inspect": f"""\
One test image and a number go in,
digit and sum come out. Bars: how
probable each is (not calibrated:
not checked). {BRAILLE.chosen} its answer, {BRAILLE.truth} the
right one. Below: earlier weights.""",
    "draw": """\
Draw a digit with the mouse, or the
arrows and space: after each stroke
the network reads it cut out, scaled
to 20 pixels and centred, as MNIST.
Thin bar: how like a digit it is.
F6 shows its way through the layers.""",
    "mistakes": """\
Left: which digit is read as which.
Right: how often the sum is right.
The stronger the colour, the more.
Below: the wrong images, those that
the network was surest of first.""",
    "runs": """\
Every training is a run, kept in a
folder. Its best accuracies stand in
the table, its curve below it.
Space marks a run and goes on: the
curves of marked runs are compared.""",
    "inside": """\
The path of one image through your
network. Each layer makes maps that
stand out where it finds what it
looks for. Then the number comes in,
and layers that add find the sum.""",
}
