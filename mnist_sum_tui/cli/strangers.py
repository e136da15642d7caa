"""What `mnist-sum evaluate --strangers` prints: how many images of no digit are taken for digits."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import as_is, is_plain, say
from mnist_sum_tui.cli.pictures import print_pictures
from mnist_sum_tui.formatting import how_sure, percent, plural
from mnist_sum_tui.glyphs import current
from mnist_sum_tui.printable import cells, printable

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.data.strange_images import Images
    from mnist_sum_tui.inference.strangers import StrangersReport, Taken

COLUMNS = 18
"""columns of a picture in the gallery"""
NAMED = 3
"""how many files that were left out are named"""


def print_strangers(out: "Console", found: "StrangersReport", images: "Images", source: str) -> None:
    """Print counts, how well the digit score separates digits from these images, and the surest mistakes."""
    left_out = f"; {plural(found.left_out, 'file')} left out" if found.left_out else ""
    if images.left_out:
        names = ", ".join(map(printable, images.left_out[:NAMED]))
        left_out += f" (blank, too faint, too large, or no picture): {names}{' ...' if found.left_out > NAMED else ''}"
    say(out, f"{as_is(printable(source))}: {plural(found.images, 'image')}{left_out}", "bold")
    for count, words in (
        (found.sure, "taken for a digit, and sure of it"),
        (found.unsure, "taken for a digit, not sure"),
        (found.refused, "not a digit?"),
    ):
        say(out, f"{count:>9,}  {percent(count / found.images):>9}  {words}")
    if found.auroc is None:
        say(out, "this network has no digit score (not calibrated, or by an earlier version), so it refuses nothing")
    else:
        say(out, f"of the test digits {percent(found.digits_refused)} are refused, too")
        area = found.auroc if found.auroc == 1 else min(found.auroc, 0.9999)  # never rounded up to 1
        say(out, f"AUROC {area:.4f}: how often a test digit scores higher than these; 0.5 is chance")
    if found.worst:
        out.print()
        say(out, "Taken most surely (% of the less sure of digit and sum, with 0 to 9 in turn)", "bold")
        captions = [caption(taken) for taken in found.worst]
        pixels = [images.pixels[taken.place].numpy() for taken in found.worst]
        print_pictures(out, list(zip(captions, pixels, strict=True)), COLUMNS)


def caption(taken: "Taken") -> str:
    """What it was taken for, how surely, and its name; of a long one the end, which tells files apart."""
    sure, name = how_sure(taken.confidence), printable(taken.name)
    if is_plain():
        return f"{taken.digit}, {sure}: {as_is(name)}"
    answer = f"{taken.digit} {sure} "
    stem, room = PurePath(name).stem, COLUMNS - len(answer)
    ends = (current().cut * (at > 0) + stem[at:] for at in range(len(stem) + 1))
    return answer + next(end for end in ends if cells(end) <= room)
