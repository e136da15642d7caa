"""A browser shows a report without a warning."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mnist_sum_tui.export.addition_over_time import tables
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.export.report import compared, report
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.events import Progress
from mnist_sum_tui.runs.journal import read_events, to_lines
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from tests.altered import altered
from tests.export.test_report import a_result
from tests.export.test_report_turns import turned
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def browsed(path: Path) -> tuple[str, list[str]]:
    """The page's elements, and what it says to its console."""
    command = ["chromium", "--headless", "--no-sandbox", "--enable-logging=stderr", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "</html>" in done.stdout
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


USED = b"""<script>
const all = (name) => [...document.querySelectorAll(name)], slider = added.querySelector("input");
slider.value = 0;
slider.dispatchEvent(new Event("input"));
const aside = all("section").filter((part) => part.offsetWidth > part.clientWidth).length;
document.body.style.width = "360px";
const words = all(".row > div > p"), tall = all("table:not(.list) td").filter((cell) => cell.offsetHeight > 40).length;
const cut = words.filter((part) => part.offsetWidth > 360).length;
document.title = `${aside} scroll bars at the side, ${cut} of ${words.length} captions cut, ${tall} figures broken`;
</script></body>"""
"""moves the slider of a report, and makes it narrow"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_browser_finds_nothing_wrong(tmp_path: Path) -> None:
    """It prints what a page says to its console, and errors of scripts and of the page's policy with it."""

    def seen(name: str, content: bytes) -> tuple[str, list[str]]:
        (tmp_path / name).write_bytes(content)
        return browsed(tmp_path / name)

    tested = Run(shutil.copytree(RECORDED.path, tmp_path / "run"))
    end = summarise(tested).finished
    assert end is not None
    assert end.agreement is not None
    results = {name: getattr(end, name) for name in ("digit_accuracy", "sum_accuracy", "agreement")}
    results["confusion"] = [[1000] * 10] * 10
    tested.write_json(tested.report_file, results)
    whole = report(tested)
    assert percent(end.agreement).replace(" ", "&nbsp;") in whole.decode()
    shown, said = seen("report.html", whole.replace(b"</body>", USED))
    assert said == []
    assert f"<output>{tables(read_events(RECORDED.metrics_file))[0].words}</output>" in shown
    assert "<title>0 scroll bars at the side, 0 of 1 captions cut, 0 figures broken</title>" in shown
    assert seen("compare.html", compared({"A": summarise(RECORDED), "B": summarise(RECORDED)}))[1] == []
    assert seen("broken.html", report(RECORDED).replace(b"</body>", b"<script>nothing()</script></body>"))[1]


MEASURED = """
<script>
const found = [];
for (const page of %s) {
  const frame = document.createElement("iframe");
  frame.width = 400;
  frame.srcdoc = page;
  frame.onload = () => {
    const inside = frame.contentDocument, all = (name) => [...inside.querySelectorAll(name)];
    const lines = (element) => { const at = inside.createRange(); at.selectNodeContents(element);
      return new Set([...at.getClientRects()].map((box) => box.top)).size; };
    const copied = frame.contentWindow.getSelection();
    copied.selectAllChildren(inside.querySelector("pre"));
    found[frame.dataset.place] = {
      cut: all("section, .wide").filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.innerText),
      broken: all("pre span, .list td").filter((box) => lines(box) > 1).map((box) => box.textContent),
      outside: all("text[text-anchor=end]").filter((words) => words.getBoundingClientRect().left
        < words.closest("svg").getBoundingClientRect().left).map((words) => words.textContent),
      greys: all(".curve.ideal, .grid").map((line) => frame.contentWindow.getComputedStyle(line).stroke),
      axes: Math.min(...all("text").map((words) => words.getBoundingClientRect().height)),
      command: copied.toString(),
    };
    document.title = JSON.stringify(found);
  };
  frame.dataset.place = found.push(null) - 1;
  document.body.append(frame);
}
</script></body></html>
"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_on_a_telephone_all_is_seen_and_no_word_is_broken(tmp_path: Path) -> None:
    events = [*recorded.training(2150), turned(5, "x0.1"), recorded.finished()]
    events.append(recorded.samples(2150, 5, 99.0, right=10))
    runs = [make(tmp_path, f"20260101-12010{place}-compact", events, lr=0.01 * place, seed=place) for place in (1, 2)]
    runs[0].write_json(runs[0].report_file, a_result())
    huge = altered(events, Progress, sum_loss=lambda event: event.loss * 1e5)
    runs[1].metrics_file.write_bytes(to_lines(huge))
    pages = [report(runs[0]), compared(dict(zip("ABCD", map(summarise, runs * 2), strict=True)))]
    known = json.dumps([page.decode() for page in pages]).replace("</", "<\\/")
    (tmp_path / "both.html").write_text("<!doctype html><html><body>" + MEASURED % known)
    title = re.search("<title>(.*?)</title>", browsed(tmp_path / "both.html")[0])
    assert title is not None
    one, several = json.loads(title[1])
    assert one["cut"] == []
    assert [words.split()[:4] for words in several["cut"]] == [["digit", "sum", "run", "model"]], "its results are left"
    assert one["broken"] == several["broken"] == []
    assert one["axes"] >= 11, "pixels"
    assert one["outside"] == several["outside"] == []
    assert len({*one["greys"]}) == 2, "the diagonal is no line of the grid"
    command = "mnist-sum train --model compact --recipe standard --epochs 5 --lr 0.01 --seed 1 --change 5:lr=x0.1"
    assert one["command"].strip() == command
