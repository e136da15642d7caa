"""`predict` says whether an answer is sure, and whether the image looks like a digit at all."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mnist_sum_tui.cli.layout import console
from mnist_sum_tui.cli.prediction import print_prediction
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.inference.predict import Prediction, load_predictor
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train
from tests.cli import terminals
from tests.conftest import Cli, is_one_line


@pytest.fixture
def run(tmp_path: Path, small_data: str) -> Run:
    run = Run(tmp_path / "runs" / "one")
    run.path.mkdir(parents=True)
    for _ in train(TrainConfig(model="swift", epochs=1, batch_size=50, data_dir=small_data), run):
        pass
    return run


def test_the_threshold_decides_what_is_no_digit(run: Run, cli: Cli) -> None:
    def told(*options: str) -> dict[str, object]:
        done = cli("predict", "idx", "3", "--number", "7", "--json", *options)
        assert done.returncode == 0, done.stderr
        values: dict[str, object] = json.loads(done.stdout)
        return values

    usual, strict, never = told(), told("--threshold", "1"), told("--threshold", "1", "--never-refuse")
    (threshold,) = checkpoint.load(run.best_file).confidence["threshold"].tolist()
    assert usual["threshold"] == threshold
    assert (strict["verdict"], strict["threshold"]) == ("stranger", 1)
    assert never["verdict"] in ("sure", "unsure")
    assert never["threshold"] is None
    for name in ("digit", "sum", "confidence", "digit_score", "digit_probabilities"):
        assert usual[name] == strict[name] == never[name]
    for wrong in ("2", "-0.1", "nan"):
        is_one_line(
            cli("predict", "idx", "3", "--threshold", wrong), 2, f"error: --threshold must be 0 to 1, not {wrong}"
        )
    shown = cli("predict", "idx", "3", "--number", "7", "--threshold", "1").stdout
    line, below = next(pair for pair in pairwise(shown.splitlines()) if "how like a digit" in pair[0])
    score = usual["digit_score"]
    assert line.endswith(f"how like a digit  {score:.3f}")
    assert below.endswith("below threshold   1.000")
    assert shown.count("not a digit?") == 1
    assert re.search(
        r"not a digit\?[ \n].*if it is one: \d \+ 7 = \d+  (right|wrong|\w+ wrong, \w+ right)\n", shown, re.DOTALL
    )
    assert "not a digit?" not in cli("predict", "idx", "3", "--number", "7", "--threshold", "0").stdout
    unjudged = cli("predict", "idx", "3", "--number", "7", "--never-refuse").stdout
    assert f"how like a digit  {score:.3f}\n" in unjudged
    assert "if it is one" not in unjudged
    assert "threshold" not in unjudged
    narrow = terminals.shown("predict", "3", "7", columns=40, environment={"MNIST_SUM_RUNS": str(run.path.parent)})
    assert any(re.fullmatch(r"threshold         [01]\.\d{3} *", row) for row in narrow.lines)


def test_an_answer_below_the_limit_is_not_shown_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = Prediction(0, 1, 1, (0.0, 0.9, 0.1), (0.1, 0.89996))
    asked = load_predictor("built-in", tmp_path)
    print_prediction(console(), [[255]], said, asked, "a picture", is_drawn=False)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith("1? (not sure: sum below 90 %)") for line in lines)
    assert [line[-7:] for line in lines if line.endswith(" %")] == ["90.00 %", "89.99 %"]


def test_a_right_sum_beside_a_wrong_digit_is_not_called_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = Prediction(7, 7, 9, (0.0,) * 7 + (1.0, 0.0, 0.0), (0.0,) * 9 + (1.0,) + (0.0,) * 9, label=2)
    print_prediction(console(), [[255]], said, load_predictor("built-in", tmp_path), "a picture", is_drawn=False)
    shown = capsys.readouterr().out
    assert "7 + 7 = 9  digit wrong, sum right\n" in shown
    assert "; correct: 2 + 7 = 9\n" in shown


def test_the_network_in_the_package_can_be_asked_although_there_is_a_run(run: Run, small_data: str, cli: Cli) -> None:
    assert f"by run {run.id} (swift" in cli("predict", "3", "7").stdout
    assert json.loads(cli("predict", "3", "7", "--run", "built-in", "--json").stdout)["run"] is None
    assert "by the built-in network (deep" in cli("predict", "3", "7", "--run", "built-in").stdout
    labels = Path(small_data, "MNIST", "raw", "t10k-labels-idx1-ubyte")
    labels.write_bytes(labels.read_bytes()[:-1] + b"\0")  # the last image is no 0, so one answer is wrong
    for asked in (("built-in",), ("--run", "built-in")):
        tested = cli("evaluate", *asked, "--data-dir", small_data).stdout
        assert tested.startswith("the built-in network (deep")
        assert re.search(r"^refused +\d\.00 % +images that are said to be no digits$", tested, re.M), "few of 100"
        assert "see one mnist-sum predict INDEX --run built-in" in " ".join(tested.split())
    is_one_line(cli("predict", "3", "--run", "builtin"), 2, "unknown run 'builtin'", "did you mean 'built-in'?")
    found = load_predictor("built-in", run.path.parent)
    assert found.source.startswith("the built-in network (deep")
    assert load_predictor(None, run.path.parent).source.startswith(f"run {run.id}")


def test_a_network_that_is_not_calibrated_has_no_score(run: Run, cli: Cli) -> None:
    checkpoint.save_again(run.best_file, checkpoint.load(run.best_file), {})
    shown = cli("predict", "idx", "3", "--number", "7")
    assert "(swift, epoch 1, not calibrated)" in shown.stdout
    assert "how like a digit" not in shown.stdout
    tested = cli("evaluate").stdout
    assert "refused                 -   without a digit score it takes every image for a digit" in tested
    assert re.search(r"^index +true +read as +probability *$", tested, re.M), "without a column of refusals"
    is_one_line(cli("predict", "idx", "3", "--threshold", "0.5"), 2, "not calibrated", "--threshold")


def test_a_doubtful_picture_names_the_network_that_was_trained_for_photos(run: Run, cli: Cli, tmp_path: Path) -> None:
    picture, hint = tmp_path / "digit.png", "This network was not trained for photos and drawings: try --run built-in"
    Image.new("L", (60, 60), 255).save(picture)
    with Image.open(picture) as page:
        ImageDraw.Draw(page).line((10, 50, 50, 10), fill=0, width=4)
        page.save(picture)
    for threshold, is_told in (("1", True), ("0", False)):
        shown = cli("predict", str(picture), "3", "--threshold", threshold).stdout
        is_sure = "if it is one" not in shown and "not sure" not in shown
        assert (hint in shown) == (is_told or not is_sure)
    assert hint not in cli("predict", str(picture), "3", "--run", "built-in", "--threshold", "1").stdout
    assert hint not in cli("predict", "idx", "3", "--threshold", "1").stdout
