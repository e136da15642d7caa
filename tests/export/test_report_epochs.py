"""The epochs in a report: which of them is called best, and those of curves that end at different ones."""

import math
import re
from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.charts.run_charts import MOST_RUNS, short_names
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.cli.run_tables import print_epochs
from mnist_sum_tui.export.figures import TOP, comparison, figure
from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.runs.events import EpochDone, Progress
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.tui.widgets.run_details import last_epochs
from tests.altered import altered
from tests.cli.test_layout import printed, terminal
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def test_it_says_which_epoch_has_the_weights_that_were_tested(tmp_path: Path) -> None:
    """The best one, so the test may be better than the last validation."""
    run = make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])
    shares = {"digit_accuracy": 0.9912, "sum_accuracy": 0.98741, "pairs": 100_000}
    for epoch, words in ((4, b"a number, with the weights of epoch 4<"), ("4", b"a number<")):
        run.write_json(run.report_file, {**shares, "best_epoch": epoch})
        assert b"of 100,000 pairs of a test image and " + words in report(run)


def test_the_pointer_reads_each_run_only_where_it_has_values() -> None:
    runs = {"long": Series(recorded.training(2150)), "short": Series(recorded.training(1075))}
    found = comparison(runs, "sum accuracy")
    assert found is not None
    named = [re.findall("long|short", words) for _, words in found.values]
    assert named == [["long", "short"]] * 99 + [["long"]] * 100, "nothing before the first value"


def test_a_short_run_lies_on_top_and_the_legend_names_each_and_says_where_it_ends(tmp_path: Path) -> None:
    runs = [make(tmp_path, f"20260101-12{steps}-compact", [*recorded.training(steps)]) for steps in (700, 2150, 860)]
    text = compared(dict(zip("ABC", map(summarise, runs), strict=True))).decode()
    legend = re.findall(r'run-."[^>]*>([A-C])</span>([^<]*)<', text)
    first, second, third = (f" {name}" for name in short_names([run.id for run in runs]))
    assert legend == [("A", f"{first} (ends at epoch 1.63)"), ("B", second), ("C", f"{third} (ends at epoch 2)")]
    drawn = re.findall(r'"curve run-(.)" d="M\d\d[.\d]* ', text)
    assert "".join(drawn) == "231" * 4
    charts = re.findall(r'aria-label="(.*) over the epochs"', text)
    assert charts == ["digit loss", "sum loss", "digit accuracy", "sum accuracy"], "as in the terminal"


def test_each_line_of_a_comparison_differs_from_the_others_without_colour(tmp_path: Path) -> None:
    run = summarise(make(tmp_path, "20260101-120000-compact", [*recorded.training(50)]))
    looks = re.findall(r"([^{}]*){ stroke-dasharray: ([^;]*);", compared({"A": run, "B": run}).decode())
    dashed = [look for place in range(MOST_RUNS) for names, look in looks if f".curve.run-{place + 1}" in names]
    assert len(set(dashed)) == len(dashed) == MOST_RUNS - 1, "and the first is solid"


def test_nothing_is_said_of_the_epochs_and_the_time_of_a_run_that_cannot_be_read(tmp_path: Path) -> None:
    runs = [make(tmp_path, f"20260101-12010{place}-compact", [*recorded.training(2150)]) for place in range(2)]
    runs[0].config_file.write_text("{}")
    text = compared(dict(zip("AB", map(summarise, runs), strict=True))).decode()
    ends = re.findall(r'<td class="words">([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>', text)
    assert ends[0] == ("damaged", "-", "-"), "as runs compare prints it"
    assert ends[1][1] == "5"


def test_what_is_all_right_is_drawn_at_the_upper_edge_and_what_is_no_number_not_at_all() -> None:
    events = altered(recorded.training(2150), EpochDone, val_digit_accuracy=1.0, val_sum_accuracy=0.99)
    events = altered(events, Progress, digit_loss=lambda event: math.nan if event.step == 1000 else event.digit_loss)
    accuracy, loss = (figure(Series(events), quantity) for quantity in ("accuracy", "loss"))
    assert accuracy is not None
    assert loss is not None
    assert [y for _, y in accuracy.marks["digit"]] == [TOP] * 5
    assert all(y > TOP for _, y in accuracy.marks["sum"])
    assert (loss.lines["digit"].count("M"), loss.lines["sum"].count("M")) == (2, 1)


def test_without_a_validation_no_epoch_is_called_best(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])

    def table() -> list[bytes]:
        found: list[bytes] = re.findall(rb"<td>(best)?</td></tr>", report(run))
        return found

    assert table().count(b"best") == 1
    assert b"validation digit" in report(run)
    run.write_config(replace(run.read_config(), epochs=1))
    assert b"5 of 1 epoch," in report(run)
    run.write_config(replace(run.read_config(), epochs=7))
    assert b"5 of 7 epochs" in report(run), "as many as were asked for last"
    blind = altered(recorded.training(2150), EpochDone, val_digit_accuracy=None, val_sum_accuracy=None)
    run.metrics_file.write_bytes(to_lines(blind))
    assert table()
    assert b"best" not in table()
    assert b"validation digit" not in report(run)


def test_of_a_single_epoch_none_is_called_best(tmp_path: Path) -> None:
    """Neither in a report, nor on page Runs, nor in the table of `runs show`."""
    first, second = [event for event in recorded.training(2150) if isinstance(event, EpochDone)][:2]
    each = [first], [first, second]
    runs = [make(tmp_path, f"20260101-12010{len(done)}-x", [*done], epochs=len(done)) for done in each]
    for run, marks in zip(map(summarise, runs), (0, 1), strict=True):
        assert report(run.run).count(b"<td>best</td>") == marks
        assert last_epochs(run.epochs, 3).count("best") == marks
        print_epochs(out := terminal(100), run)
        assert any(line.endswith("*") for line in printed(out)) == bool(marks)
