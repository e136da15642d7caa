"""Folders that may not be read: what is said."""

import os
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from tests.runs.folders import old_run


def test_a_folder_that_cannot_be_read_is_not_called_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    old_run(tmp_path)
    find.check_folder(tmp_path)
    find.check_folder(tmp_path / "made later")
    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match=r"cannot be read \(Permission denied\): name another with --runs-dir"):
        find.check_folder(tmp_path)
