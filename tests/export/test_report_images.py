"""The images of the mistakes in a report: their captions, and where they are not there, or are another run's."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.export.figures import png
from mnist_sum_tui.export.report import report
from mnist_sum_tui.export.sample_images import MOST
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.runs.journal import to_lines
from tests.conftest import Cli, is_one_line
from tests.export.test_report import EVENTS, a_result
from tests.tui.pages.test_runs import make


def test_a_page_without_its_images_says_so(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS, data_dir=str(tmp_path / "gone"))
    missing = "The images of its mistakes are missing"
    assert missing not in report(run).decode(), "there are no mistakes"
    run.write_json(run.report_file, a_result())
    assert missing in report(run).decode()
    run.write_config(run.read_config().of("standard", model="compact"))
    found = report(run).decode()
    assert (missing in found, found.count(" read as ")) == (False, 2)
    assert missing in report(run, str(tmp_path / "gone")).decode(), "those that are named are asked for"


def test_a_single_mistake_is_the_surest(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result(mistakes=a_result()["mistakes"][:1]))
    assert "<h2>The surest mistake</h2>" in report(run).decode()


@pytest.mark.parametrize(("of", "title"), [(2, "All 2 mistakes"), (3, "The 2 surest mistakes")])
def test_mistakes_that_are_all_of_them_are_not_the_surest(of: int, title: str, tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result(digit_mistakes=of))
    assert f"<h2>{title}</h2>" in report(run).decode()
    run.write_json(run.report_file, a_result(mistakes=a_result()["mistakes"][:1], digit_mistakes=of - 1))
    assert ("<h2>The only mistake</h2>" in report(run).decode()) == (of == 2)


def test_a_refused_image_is_not_shown_as_a_plain_mistake(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    first, second = a_result()["mistakes"]
    surer = {**second, "is_refused": False, "probability": 0.998}
    run.write_json(run.report_file, a_result(mistakes=[{**first, "is_refused": True}, surer]))
    captions = re.findall("<figcaption>(.*?)</figcaption>", unescape(report(run).decode()).replace("\xa0", " "))
    shown = [re.sub("<br>", " / ", re.sub("</?span.*?>", "", words)) for words in captions]
    assert shown[-2:] == [
        f"{first['label']} read as 3 / 99 % sure / no digit?",
        f"{second['label']} read as 3 / >99 % sure",
    ]
    explained = '"no digit?": the network doubts that the picture shows a digit.'
    assert explained in unescape(report(run).decode())
    run.write_json(run.report_file, a_result(mistakes=[surer]))
    assert explained not in unescape(report(run).decode()), "there is none"


def test_right_answers_show_the_task_and_the_table_of_sums_shows_its_image(tmp_path: Path) -> None:
    last = [event for event in EVENTS if isinstance(event, Samples)][-1]
    wrong = replace(last, step=last.step + 1, digits=(3, *last.digits[1:]), sums=(*last.sums[:-1], 18))
    text = report(make(tmp_path, "20260101-120100-compact", [*EVENTS, wrong])).decode()
    pictures = [png(image) for image in mnist_files.read("train")[0][[*last.indices]]]
    for picture, label, number in [*zip(pictures, last.labels, last.numbers, strict=True)][1:-1]:
        caption = f'<span class="digit">{label}</span> + {number} = <span class="sum">{label + number}</span>'
        assert f'<img src="{picture}" width="84" height="84" alt="a {label}"><figcaption>{caption}<' in text
    assert text.count("<figure>") == len(pictures) - 2, "those that are wrong are left out"
    assert pictures[0] in text.partition("Whether it adds")[2].partition("This image with")[0]


def test_of_many_samples_only_a_few_are_shown(tmp_path: Path) -> None:
    at: Any = {"step": 9, "epoch": 1, "elapsed": 1.0}
    none, five = (0,) * 99, (5,) * 99
    last = Samples(**at, indices=none, labels=five, numbers=none, digits=five, sums=five)
    assert report(make(tmp_path, "20260101-120100-compact", [*EVENTS, last])).decode().count("<figure>") == MOST


def test_without_its_training_images_a_page_shows_no_others(tmp_path: Path) -> None:
    other = [replace(event, labels=event.labels[::-1]) if isinstance(event, Samples) else event for event in EVENTS]
    gone = make(tmp_path, "20260101-120100-compact", EVENTS, data_dir=str(tmp_path / "gone"))
    for text in (report(make(tmp_path, "20260101-120200-compact", other)).decode(), report(gone).decode()):
        assert ("<img" in text, "were right:" in text, "One image with each number" in text) == (False, False, True)


def test_a_folder_without_images_is_an_error_if_it_was_named(cli: Cli, tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result())
    target = tmp_path / "out.html"
    named = cli("runs", "report", str(run.path), "-o", str(target), "--data-dir", str(tmp_path / "wrong"))
    is_one_line(named, 2, "wrong: is not a folder")
    assert not target.exists()


@pytest.mark.parametrize("changes", [{"digit_accuracy": 0.999}, {"agreement": 0.5}, {"pairs": 0}])
def test_the_result_of_another_run_is_not_shown_as_this_one_s(changes: dict[str, float], tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result(**changes))
    text = report(run).decode()
    assert "Its report.json contradicts metrics.jsonl, so neither" in text
    assert ("of a test image" in text, " read as " in text, "test: digit" in text) == (False,) * 3
    run.metrics_file.write_bytes(to_lines(EVENTS[:-1]))
    assert "test: digit" in report(run).decode(), "of a run without its last event it is all that is known"
