"""What the panel of `?` says about each page: five lines about what one is looking at."""

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
not checked). {BRAILLE.chosen} its, {BRAILLE.truth} the right
answer. Below: earlier weights.""",
    "draw": """\
Draw a digit with the mouse: the
network reads it after each stroke.
It sees your digit cut out, scaled
to 20 pixels and centred, as MNIST.
Odd ones show what it has learned.
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
Space marks runs: their curves are
drawn together, to compare them.""",
    "inside": """\
The path of one image through your
network. Each layer makes maps that
stand out where it finds what it
looks for. Then the number comes in,
and layers that add find the sum.""",
}
