"""Freed memory is kept for reuse, so that its pages are not mapped again. Fresh interpreters, because it stays so."""

import platform
import subprocess
import sys

import pytest

from mnist_sum_tui.cli import evaluate
from mnist_sum_tui.errors import UsageError

PAGES_MAPPED_AGAIN = """
import resource, sys
from mnist_sum_tui.machine.process import keep_freed_memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

if sys.argv[1] == "kept":
    keep_freed_memory()
size = 40 << 20
b"x" * size
before = faults()
for _ in range(3):
    b"x" * size
print(faults() - before)
"""


def _mapped_again(how: str) -> int:
    program = [sys.executable, "-c", PAGES_MAPPED_AGAIN, how]
    return int(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")
def test_large_blocks_are_mapped_once() -> None:
    assert _mapped_again("as usual") > 50  # three times 40 MB, in pages of at most 2 MB
    assert _mapped_again("kept") < 20


def test_an_evaluation_keeps_freed_memory_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(evaluate, "keep_freed_memory", lambda: asked.append("kept"))
    with pytest.raises(UsageError, match="make a run"):
        evaluate.evaluate("latest")
    assert asked == ["kept"]
