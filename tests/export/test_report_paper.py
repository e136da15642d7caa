"""A report on paper and on a telephone: nothing is cut, no page is left empty, and what is left out is said."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.runs import notes
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.summary import summarise
from tests.export.test_report import EVENTS, a_result
from tests.tui.pages.test_runs import make


def test_a_whole_percentage_fits_into_its_cell(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result(sum_accuracy_by_pair=[[1.0, 0.99999, *[0.987] * 8]] * 10))
    (table,) = re.findall(r'(?s)aria-labelledby="by-pair">(.*?)</table>', report(run).decode())
    assert {*re.findall(r"<td[^>]*>([^<]*)<", table)} == {"100", "99.9", "98.7"}, "100.0 would lie on its neighbour"


def test_a_table_that_leaves_epochs_out_says_which(tmp_path: Path) -> None:
    done = next(event for event in EVENTS if isinstance(event, EpochDone))
    words = "Only the epochs that were the best so far, and the last."
    for last, is_said in ((40, False), (41, True)):
        epochs = [replace(done, step=10 * at, epoch=at, best=at % 10 == 0) for at in range(1, last + 1)]
        text = report(make(tmp_path, f"20260101-1201{last}-compact", [*EVENTS[:9], *epochs])).decode()
        assert (words in text) == is_said
    blind = [replace(epoch, val_digit_accuracy=None, val_sum_accuracy=None, best=True) for epoch in epochs]
    assert words not in report(make(tmp_path, "20260101-120200-compact", [*EVENTS[:9], *blind])).decode(), "it has all"


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_short_report_takes_few_pages(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result())
    (tmp_path / "run.html").write_bytes(report(run))
    command = ["chromium", "--headless", "--no-sandbox", f"--print-to-pdf={tmp_path}/run.pdf"]
    subprocess.run([*command, (tmp_path / "run.html").as_uri()], capture_output=True, timeout=120, check=True)
    pages = len(re.findall(rb"/Type /Page\b", (tmp_path / "run.pdf").read_bytes()))
    assert 2 <= pages <= 5, "the first one does not end after the result"


def dumped(path: Path) -> str:
    """The page's elements, when its scripts have run."""
    command = ["chromium", "--headless", "--no-sandbox", "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


MEASURED = """
<script>
const found = [];
for (const [width, page] of %s) {
  const frame = document.createElement("iframe");
  frame.width = width;
  frame.srcdoc = page;
  frame.onload = () => {
    const all = [...frame.contentDocument.querySelectorAll(".list th, .list td")];
    const end = (cell) => cell.getBoundingClientRect().right;
    const outside = all.filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || end(cell) > frame.width);
    const broken = all.filter((cell) => cell.innerText === "label-smoothing" && cell.offsetHeight > 40);
    found[frame.dataset.place] = all.length + " cells: " + [...outside, ...broken].map((cell) => cell.innerText).join();
    document.title = JSON.stringify(found);
  };
  frame.dataset.place = found.push(null) - 1;
  document.body.append(frame);
}
</script></body></html>
"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_long_setting_is_seen_whole(tmp_path: Path) -> None:
    """On the screen in the report of one run; on paper, which nobody can scroll, in that of several, too."""
    folder = f"/home/me/{'a-folder/' * 3}{'x' * 90}"
    runs = [make(tmp_path, f"20260101-12010{n}-compact", EVENTS, data_dir=f"{folder}{n}") for n in range(9)]
    one = report(runs[0]).decode()
    named = dict(zip("ABCDEFGHI", map(summarise, runs), strict=True))
    several = compared(named).replace(b"@media print", b"@media all").decode()
    pages = json.dumps([(400, one), (700, one), (700, several)]).replace("</", "<\\/")
    (tmp_path / "page.html").write_text("<!doctype html><html><body>" + MEASURED % pages)
    title = re.search("<title>(.*?)</title>", dumped(tmp_path / "page.html"))
    assert title is not None
    found = json.loads(title[1])
    assert len(found) == 3
    assert all(re.fullmatch(r"\d\d cells: ", each) for each in found), found


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_long_word_of_a_note_does_not_widen_the_page(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    notes.write(run, "https://example.org/" + "a" * 170)
    said = b"<script>const all = document.documentElement; document.title = all.scrollWidth - all.clientWidth</script>"
    (tmp_path / "run.html").write_bytes(report(run).replace(b"</body>", said + b"</body>"))
    assert "<title>0</title>" in dumped(tmp_path / "run.html")
