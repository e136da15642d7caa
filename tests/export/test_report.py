"""A run as one HTML file: what is in it, that it asks for nothing, and what damaged files make of it."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export.addition_over_time import tables
from mnist_sum_tui.export.figures import HEIGHT, LEFT, RIGHT, WIDTH, figure
from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.events import Changed, EpochDone, Samples
from mnist_sum_tui.runs.journal import read_events, to_lines
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from tests.conftest import Cli, is_one_line
from tests.tui import recorded
from tests.tui.pages.test_runs import make

EVENTS = [*recorded.training(2150), recorded.finished()]
SUREST = {"ece": 0.01, "nll": 0.05, "brier": 0.02, "bins": [[10, 0.9, 0.8]], "accuracy_of_surest": [1] * 98 + [0, 0]}


def a_result(**changes: Any) -> dict[str, Any]:
    labels = mnist_files.read("test")[1]
    mistakes = [{"index": at, "label": int(labels[at]), "digit": 3, "probability": 0.987} for at in (8, 247)]
    confusion = [[980 if row == column else 0 for column in range(10)] for row in range(10)]
    confusion[4][9] = 17
    return {
        "digit_accuracy": 0.9912, "sum_accuracy": 0.98741, "agreement": 0.99312, "pairs": 100_000,
        "confusion": confusion, "sum_accuracy_by_pair": [[0.5] * 10 for _ in range(9)] + [[None] * 10],
        "mistakes": mistakes, "digit_reliability": SUREST, "sum_reliability": SUREST, **changes,
    }  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = make(tmp_path / "runs", "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result())
    run.write_json(run.environment_file, {"torch": "2.10", "mnist_sum": "1", "command": ["/home/me/mnist-sum"]})
    return run


def page(run: Run) -> str:
    """Its report, with the parts of the command joined, which a line does not break."""
    return re.sub("</?span>", "", report(run).decode().replace("&nbsp;", " "))


def test_it_shows_the_run(run: Run) -> None:
    text = page(run)
    for words in (
        "20260101-120100-compact", "99.12 %", "98.74 %", "99.31 %", "of 100,000 pairs", "5 of 5 epochs",
        "mnist-sum train --model compact --recipe standard --epochs 5 --seed 0", "The 2 surest mistakes", "read as 3",
        "Grey line: ideal, as often right as sure", "surest 99 %</th>", "<td>0.00 %</td>", "<th>mnist-sum</th>",
        "99 % sure", "<th>lr</th><td>0.002</td>", "<td>2.10</td>", '<td style="--share:1.000">17</td>', "<td>0.0100<",
        ". This report was written by mnist-sum ", "The task: to read", "The loss says how", "Brier: the mean squared",
    ):  # fmt: skip
        assert words in text, words
    assert text.partition("surest mistakes")[2].count("data:image/png;base64,") == 2
    assert text.count("<svg") == 3, "loss, accuracy, reliability"
    assert "/home/me" not in text


def test_a_probability_below_1_is_not_called_100_percent(run: Run) -> None:
    surest = {**SUREST, "bins": [[10, 0.9, 0.8], [980, 0.99999994, 0.9997]]}
    run.write_json(run.report_file, a_result(digit_reliability=surest))
    text = page(run)
    assert "digit: 980 answers, 99.9 % sure, 99.9 % right" in text
    assert "The stronger the colour, the more mistakes." in text
    assert text.count('class="map mistakes"') == 2


def test_a_run_without_a_test_says_so_and_what_its_validation_was(run: Run) -> None:
    assert "are here" not in page(run)
    run.report_file.unlink()
    text = page(run)
    assert "Its report.json is missing or damaged, so neither" in text, "its journal, and so `runs`, has its accuracy"
    assert "mistakes are here. Its best epoch" in text, "it has no weights that could be tested"
    run.best_file.touch()
    assert f"mistakes are here: mnist-sum evaluate {run.id} tests its weights. Its best epoch" in page(run)
    assert re.search(r"Its best epoch, 5, has [\d.]+ % of the digits and [\d.]+ % of the sums of the validation", text)
    assert "Dots: validation." in text


def test_what_was_turned_is_in_the_commands_and_among_the_settings(run: Run) -> None:
    other = summarise(make(run.path.parent, "20260102-120100-compact", [*recorded.training(2150)]))
    turned = Changed(step=2150, epoch=5, elapsed=0.2, at=300, setting="lr", before="x1", value="x0.5")
    with run.metrics_file.open("a") as stream:
        stream.write(to_json(turned) + "\n")
    assert "--seed 0 --change 300:lr=x0.5</pre>" in page(run)
    assert compared({"A": summarise(run), "B": other}).decode().count("300:lr=x0.5") == 2
    with run.metrics_file.open("a") as stream:
        stream.writelines(to_json(replace(turned, at=at)) + "\n" for at in range(301, 310))
    whole = compared({"A": summarise(run), "B": other}).decode()
    assert whole.count("<td>309:lr=x0.5</td>") == 1, "a page has room for all, and nothing there would open the rest"


def test_it_is_small_and_asks_for_nothing(run: Run) -> None:
    text = page(run)
    assert len(text) < 1_500_000
    besides_pictures = re.sub(r"base64,[\w+/=]*", "", text)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<link|<iframe", besides_pictures)
    assert all(source.startswith("data:") for source in re.findall(r'src="([^"]*)"', text))
    assert "default-src 'none'" in text


def test_on_paper_each_chart_has_its_title(run: Run) -> None:
    (paper,) = re.findall(r"@media print .*", page(run))
    hidden = re.findall(r"([^{}]+) { display: none; }", paper)
    assert [name.strip() for name in hidden] == ["input"]
    assert "<output>loss over the steps</output>" in page(run)


def test_the_addition_table_over_the_training(run: Run) -> None:
    """The page shows the last one; the script has them all."""
    whole, part = tuple("0" * (3 + n) + "9" + "0" * (15 - n) for n in range(10)), ("1" * 19,) * 10
    shown = [
        Samples(step=10 * n, epoch=1, elapsed=n, indices=(7,), labels=(3,), numbers=(1,), digits=(3,), sums=(4,),
                addition=whole if n > 50 else part)
        for n in range(100)
    ]  # fmt: skip
    found = tables(shown)
    assert len(found) == 50
    assert found[-1] == ("epoch 1, step 990: 10 of 10 sums are right", "".join(whole))
    assert found[0] == ("epoch 1, step 10: none of 10 sums is clearly right", "1" * 190), "all are as probable"
    with run.metrics_file.open("a") as stream:
        stream.writelines(to_json(event) + "\n" for event in shown)
    text = page(run)
    assert "10 of 10 sums are right</output>" in text
    assert text.count('<td style="--share:1.00">9</td>') == 10
    assert json.dumps(list(tables(read_events(run.metrics_file))[0])) in text
    assert tables([shown[1], replace(shown[2], addition=())]) == [found[0]]


def test_several_runs_on_one_page(cli: Cli, tmp_path: Path) -> None:
    runs = [make(tmp_path / "runs", f"20260101-12{place}000-compact", EVENTS, seed=place) for place in range(7)]
    text = compared(dict(zip("ABCDEFG", map(summarise, runs), strict=True))).decode()
    assert text.count('<div class="chart">') == 4
    for words in ("<th>seed</th><td>0</td>", "those after F are", '"epoch 5.00: A 9', "This report was written by"):
        assert words in text
    assert f'<td class="words">{runs[0].id}</td><td class="words">compact</td>' in text, "not aligned like figures"
    assert 'class="curve run-6" d="M' in text
    words = re.sub(r"<(table|pre|script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r"\d&nbsp;%", words), "no line ends between a figure and its sign"
    assert not re.findall(r"\d\s%", words)
    assert "&nbsp;" not in "".join(re.findall(r"<table.*?</table>", text, re.DOTALL)), "it may be copied"
    target, options = tmp_path / "out.html", ("--runs-dir", str(tmp_path / "runs"))
    done = cli("runs", "compare", runs[0].id, runs[1].id, "--report", str(target), *options)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)
    assert target.read_bytes() == compared({"A": summarise(runs[0]), "B": summarise(runs[1])})
    os.mkfifo(tmp_path / "pipe")
    into_a_pipe = cli("runs", "compare", runs[0].id, runs[1].id, "--report", str(tmp_path / "pipe"), *options)
    is_one_line(into_a_pipe, 2, "is not a regular file")


def test_a_run_that_was_stopped_has_no_test(tmp_path: Path) -> None:
    run = make(tmp_path, "stopped", list(recorded.training(700)))
    text = page(run)
    assert "<svg" in text
    assert "This run has no test result (cut off), so" in text
    assert "surest" not in text
    assert re.search(r'(?s)<p class="muted">Cut off\. (?!.*<svg)', page(make(tmp_path, "empty", [])))


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"confusion": [*[[1] * 10] * 9, [1]]}, "true digit (row) and answer"),
        ({"confusion": "<script>"}, "true digit (row) and answer"),
        ({"sum_accuracy_by_pair": [[2.0] * 10] * 10}, "Right sums in %"),
        ({"mistakes": [{"index": 8, "label": 9, "digit": 3, "probability": 0.5}]}, "surest mistakes"),
        ({"mistakes": [{"index": 10_000, "label": 5, "digit": 3, "probability": 0.5}]}, "surest mistakes"),
        ({"digit_accuracy": "9"}, "of 100,000 pairs"),
    ],
)
def test_what_is_damaged_is_left_out(run: Run, changes: dict[str, Any], gone: str) -> None:
    assert gone in page(run)
    run.write_json(run.report_file, a_result(**changes))
    assert gone not in page(run)


def test_text_of_a_file_is_no_markup(run: Run) -> None:
    evil = "</script><script>alert(1)</script>"
    run.write_json(run.environment_file, {"torch": evil, "gpu": evil})
    lines = run.metrics_file.read_text().splitlines()
    start = json.loads(lines[0])
    run.metrics_file.write_text("\n".join([json.dumps({**start, "model": evil, "device": evil}), *lines[1:]]) + "\n")
    text = page(run)
    assert "alert(1)" in text
    assert "<script>alert" not in text


def test_a_run_without_config_is_an_error(run: Run) -> None:
    run.config_file.unlink()
    with pytest.raises(RunError, match="missing or damaged"):
        report(run)


def test_it_stays_small_after_ten_thousand_epochs(run: Run) -> None:
    begun = [event for event in recorded.training(2150) if not isinstance(event, EpochDone)]
    done = next(event for event in recorded.training(2150) if isinstance(event, EpochDone))
    epochs = [replace(done, step=10 * at, epoch=at, best=at % 100 == 0) for at in range(1, 10_001)]
    run.metrics_file.write_bytes(to_lines([*begun, *epochs]))
    page = report(run)
    assert len(page) < 1_500_000
    assert page.count(b'<circle class="mark') > 500
    table = re.findall(rb"<tr><td>(\d+)</td><td>[\d.]+ %</td>", page)
    assert [int(epoch) for epoch in table] == list(range(100, 10_001, 100)), "the best ones and the last"


def test_the_curves_are_where_the_values_are() -> None:
    series = Series([*recorded.training(2150)])
    found = figure(series, "loss")
    assert found is not None
    assert len(found.values) == len(series.training) == 430
    assert (found.values[0][0], found.values[0][1].split(":")[0]) == (LEFT, "step 5")
    assert (found.values[-1][0], found.values[-1][1].split(":")[0]) == (WIDTH - RIGHT, "step 2,150")
    heights = [float(point.split()[1]) for point in re.split("[ML]", found.lines["digit"])[1:]]
    assert all(0 < height < HEIGHT for height in heights)
    assert heights[0] < heights[-1], "the loss falls, and y grows downwards"
    assert len(found.marks["sum"]) == 5
    assert figure(Series(), "loss") is None


def test_the_command(cli: Cli, run: Run, tmp_path: Path) -> None:
    target, runs = tmp_path / "out.html", str(run.path.parent)
    done = cli("runs", "report", "latest", "-o", str(target), "--runs-dir", runs)
    assert (done.returncode, done.stderr) == (0, "")
    assert target.read_bytes() == report(run)
    usual = tmp_path / f"{run.path.name}.html"
    usual.write_text("<!doctype html><title>my own page</title>")
    is_one_line(cli("runs", "report", "--runs-dir", runs), 2, usual.name, "not written by mnist-sum: name another")
    assert "my own page" in usual.read_text()
    usual.write_bytes(target.read_bytes())
    assert cli("runs", "report", "--runs-dir", runs).returncode == 0, "a page of ours is made anew"
    several = "a report is of one run: mnist-sum runs compare latest gone --report compared.html makes one of several"
    is_one_line(cli("runs", "report", "latest", "gone", "--runs-dir", runs), 2, several)
    is_one_line(cli("runs", "report", "gone", "-o", str(target), "--runs-dir", runs), 2, "gone")
