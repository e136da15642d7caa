"""How Python was started, and what lies in the current folder, changes nothing of what a command does and says."""

from pathlib import Path

import pytest

from mnist_sum_tui.cli.common import need
from mnist_sum_tui.errors import UsageError


def test_a_folder_that_has_a_package_s_name_is_not_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python imports it without a word, as a package of which this is one part: exported models may lie in `onnx`."""
    (tmp_path / "not_installed").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="--onnx needs not-installed: pip install not-installed"):
        need("--onnx", "not_installed")
