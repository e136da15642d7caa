"""The animation: it shows the committed recording, correctly, and needs nothing from outside."""

import re
import struct
from math import nan
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import pytest

from mnist_sum_tui.charts.axes import LOG, NINES
from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.animation import PICTURE, svg
from mnist_sum_tui.export.moving.film import Film
from mnist_sum_tui.export.moving.looks import COLOURS
from mnist_sum_tui.export.moving.story import SECONDS, Story
from mnist_sum_tui.export.moving.strip import MOST, answer
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.events import Event, Finished, Progress, Samples, Started
from mnist_sum_tui.runs.journal import read_events
from tests.altered import altered
from tests.conftest import python

Kind = TypeVar("Kind", bound=Event)
XML = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(read_events(RECORDED.metrics_file))


@pytest.fixture(scope="module")
def committed() -> ElementTree.Element:
    return ElementTree.fromstring(PICTURE.read_bytes())


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in picture.iter(f"{XML}text")]


def of_kind(events: list[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def test_the_command_draws_the_committed_picture_again(tmp_path: Path) -> None:
    target = tmp_path / "again.svg"
    python("-m", "mnist_sum_tui.export.animation", str(RECORDED.metrics_file), str(target))
    assert target.read_bytes() == PICTURE.read_bytes()


def test_the_files_are_small() -> None:
    assert len(PICTURE.read_bytes()) < 200_000
    assert len(RECORDED.metrics_file.read_bytes()) < 150_000


def test_the_picture_needs_nothing_from_outside(committed: ElementTree.Element) -> None:
    tags = {element.tag.removeprefix(XML) for element in committed.iter()}
    assert tags == {"svg", "title", "desc", "style", "g", "rect", "circle", "path", "text", "tspan"}
    names = {name for element in committed.iter() for name in element.attrib}
    assert not any("href" in name or name.startswith("on") or name in ("src", "style") for name in names)
    without_namespace = PICTURE.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
    for word in ("://", "url(", "@import", "@font-face", "data:", "<!"):
        assert word not in without_namespace


def test_the_picture_has_a_title_and_a_description(committed: ElementTree.Element, events: list[Event]) -> None:
    assert committed.get("role") == "img"
    title, described = committed.find(f"{XML}title"), committed.find(f"{XML}desc")
    assert title is not None
    assert described is not None
    assert committed.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    end = of_kind(events, Finished)[0]
    assert percent(end.digit_accuracy) in (described.text or "")
    assert percent(end.sum_accuracy) in (described.text or "")


def test_every_percentage_comes_from_the_recording(committed: ElementTree.Element, events: list[Event]) -> None:
    end = of_kind(events, Finished)[0]
    measured: list[Progress | Finished] = [*of_kind(events, Progress), end]
    recorded = {percent(share) for event in measured for share in (event.digit_accuracy, event.sum_accuracy)}
    ticks = {label for _, label in NINES.ticks(0.0, 4.0, 100)}
    shown = {text for text in texts(committed) if text.endswith("%")}
    assert {percent(end.digit_accuracy), percent(end.sum_accuracy)} <= shown
    assert len(shown & recorded) > 60
    assert shown <= recorded | ticks
    assert shown & ticks >= {"0 %", "90 %", "99 %"}


def test_every_answer_comes_from_the_recording(committed: ElementTree.Element, events: list[Event]) -> None:
    recorded = {
        f"{digit} + {number} = {total}"
        for event in of_kind(events, Samples)
        for digit, number, total in zip(event.digits, event.numbers, event.sums, strict=True)
    }
    shown = {text for text in texts(committed) if " = " in text and "?" not in text}
    assert len(shown) > 20
    assert shown <= recorded


@pytest.mark.parametrize(
    ("digit", "total", "looks", "right"),
    [(7, 12, "digit digit", True), (7, 11, "digit wrong", False), (1, 12, "wrong digit", False)],
)
def test_right_and_wrong_answers_look_different(digit: int, total: int, looks: str, right: bool) -> None:
    event = Samples(
        step=1, epoch=1, elapsed=0.1, indices=(3,), labels=(7,), numbers=(5,), digits=(digit,), sums=(total,)
    )
    words, is_right = answer(event, 0)
    assert is_right is right
    assert re.sub("<.*?>", "", words) == f"{digit} + 5 = {total}"
    assert " ".join(re.findall('class="(.*?)"', words)) == looks


def test_the_last_answers_are_right(committed: ElementTree.Element, events: list[Event]) -> None:
    """They are in this recording; without animation, the frames of the images have the colour of a right answer."""
    last = of_kind(events, Samples)[-1]
    assert last.digits == last.labels
    assert last.sums == tuple(map(sum, zip(last.labels, last.numbers, strict=True)))
    frames = [element for element in committed.iter(f"{XML}rect") if element.get("rx") == "6"]
    assert [frame.get("stroke") for frame in frames] == [COLOURS["digit"]] * MOST


def test_every_other_number_comes_from_the_recording(committed: ElementTree.Element, events: list[Event]) -> None:
    started, end = of_kind(events, Started)[0], of_kind(events, Finished)[0]
    ticks = {label for _, label in LOG.ticks(0.0, 4.0, 100)}
    places = {(event.epoch, event.step) for event in of_kind(events, Progress)}
    steps = {f"epoch {epoch} of {started.epochs}, step {step:,} of {started.total_steps:,}" for epoch, step in places}
    known = {
        f"epoch 1 of {started.epochs}, step 0 of {started.total_steps:,}",
        f"{started.parameters:,} parameters",
        f"{started.train_images:,} images",
        f"mnist-sum train --model {started.model} --epochs {started.epochs}",
        f"The test: {(end.pairs or 0) // 10:,} new images, each with all ten numbers.",
    }
    others = {text for text in texts(committed) if re.search(r"\d", text) and not re.search(r"%| = ", text)}
    assert steps <= others
    assert others <= steps | known | ticks


def test_without_animation_the_end_is_shown(committed: ElementTree.Element, events: list[Event]) -> None:
    style = committed.find(f"{XML}style")
    assert style is not None
    assert "@media (prefers-reduced-motion:reduce){*{animation:none!important}}" in (style.text or "")
    end = of_kind(events, Finished)[0]
    standing = [shown(window) for window in committed.iter(f"{XML}svg") if window is not committed]
    assert {"training batches", "validation images"} <= {*texts(committed)}, "what the curves are, then, too"
    for head, share in (("digit", end.digit_accuracy), ("sum", end.sum_accuracy)):
        assert (percent(share), f"large {head}") in standing
        assert f"{head} test accuracy" in dict(standing)


def shown(window: ElementTree.Element) -> tuple[str, str | None]:
    """Text and class of the row that a reel shows without animation; empty if it is not a reel of texts."""
    column = window[0]
    place = column.get("transform", "").replace("-", "")
    for row in column:
        text = row.find(f"{XML}text")
        if row.get("transform") == place and text is not None:
            return "".join(text.itertext()), text.get("class")
    return "", None


def test_every_animated_class_has_keyframes(committed: ElementTree.Element) -> None:
    style = committed.findtext(f"{XML}style") or ""
    defined = set(re.findall(r"@keyframes (m\d+)\{", style))
    used = {name for element in committed.iter() for name in element.get("class", "").split()}
    assert defined == {name for name in used if re.fullmatch(r"m\d+", name)}
    assert set(re.findall(r"animation:m\d+ ([\d.]+)s", style)) == {f"{SECONDS:g}"}


def test_keyframes_are_in_order(committed: ElementTree.Element) -> None:
    style = committed.findtext(f"{XML}style") or ""
    for steps in re.findall(r"@keyframes m\d+\{((?:[\d.]+%\{[^}]*\})+)\}", style):
        shares = [float(share) for share in re.findall(r"([\d.]+)%\{", steps)]
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0, 100)


def test_the_captions_follow_the_data(events: list[Event]) -> None:
    story = Story(events)
    seconds = [at for at, _, _ in story.captions()]
    assert seconds == sorted(seconds)
    assert len(seconds) == 4
    never_guesses = altered(events, Progress, sum_accuracy=lambda event: event.digit_accuracy)
    assert not any("guess" in words for _, _, words in Story(never_guesses).captions())
    never_adds = Story(altered(events, Progress, sum_accuracy=0.1))
    assert not any("adds" in words for _, _, words in never_adds.captions())
    without_test = [event for event in events if not isinstance(event, Finished)]
    assert not any("test" in words for _, _, words in Story(without_test).captions())


def test_a_training_without_samples_or_end_can_be_drawn(events: list[Event]) -> None:
    some = [event for event in events if isinstance(event, Started | Progress)][:40]
    picture = ElementTree.fromstring(svg(some))
    assert not any(" = " in text for text in texts(picture))


def test_values_of_100_percent_and_nan_can_be_drawn(events: list[Event]) -> None:
    drawn = svg(altered(events, Progress, sum_accuracy=1.0, digit_loss=lambda event: nan if event.step == 9 else 0.1))
    assert "nan" not in drawn.lower()
    assert "inf" not in re.sub("infinite", "", drawn)
    assert "100.00 %" in drawn


def test_markup_in_a_name_is_escaped(events: list[Event]) -> None:
    evil = '<script>"\x1b[31m&'
    picture = ElementTree.fromstring(svg(altered(events, Started, model=evil, recipe=evil)))
    shown = '<script>"[31m&'
    assert f"mnist-sum train --model {shown} --epochs 3 --recipe {shown}" in texts(picture)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_events_are_an_error(events: list[Event], count: int) -> None:
    with pytest.raises(DataError):
        svg(events[:count])


def test_images_that_are_not_in_the_package_are_an_error(events: list[Event]) -> None:
    foreign = altered(events, Samples, labels=lambda event: tuple(9 - label for label in event.labels))
    with pytest.raises(DataError, match="not in the built-in MNIST"):
        svg(foreign)


def test_the_images_are_those_that_the_run_was_trained_on(events: list[Event], tmp_path: Path) -> None:
    """Other images may have the labels of MNIST, as mirrored or spoiled ones do."""
    images, labels = mnist_files.read("train")
    kept = slice(1 + max(index for event in events if isinstance(event, Samples) for index in event.indices))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, kept.stop) + labels[kept].tobytes())
    header = struct.pack(">IIII", 2051, kept.stop, 28, 28)
    for source, is_same in ((images, True), (images[:, ::-1], False)):
        (tmp_path / "train-images-idx3-ubyte").write_bytes(header + source[kept].tobytes())
        assert (svg(events, data_dir=str(tmp_path)) == svg(events)) == is_same
    with pytest.raises(DataError, match=r"the images of the training are not in .*gone, so"):
        svg(events, data_dir=str(tmp_path / "gone"))


def test_a_reel_shows_its_last_row_without_animation() -> None:
    film = Film(10)
    reel = ElementTree.fromstring(film.reel((1, 2, 30, 10), [(0, "<a/>"), (2, "<b/>"), (5, "<a/>"), (7, "<c/>")]))
    assert [child.get("transform") for child in reel[0]] == ["translate(0 0)", "translate(0 10)", "translate(0 20)"]
    assert reel[0].get("transform") == "translate(0 -20)"
    assert "0%{transform:translate(0px,0px)}20%{transform:translate(0px,-10px)}50%" in film.style()
    assert "step-end infinite" in film.style()
