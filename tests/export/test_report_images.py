"""The images of the mistakes in a report: their captions, and where they are not there, or are another run's."""

import re
from html import unescape
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
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
    assert (missing in found, found.count("<figure>")) == (False, 2)
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
    assert shown == [
        f"{first['label']}, no digit? / read as 3 / 99 % sure",
        f"{second['label']} read as 3 / >99 % sure",
    ], "as the dashboard says it"


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
    assert ("of a test image" in text, "<figure>" in text, "test: digit" in text) == (False,) * 3
    run.metrics_file.write_bytes(to_lines(EVENTS[:-1]))
    assert "test: digit" in report(run).decode(), "of a run without its last event it is all that is known"
