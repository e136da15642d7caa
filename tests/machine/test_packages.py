"""The versions of the libraries: which fit, and what to do about another."""

import tomllib
from pathlib import Path

import pytest

from mnist_sum_tui.machine import packages

ROOT = Path(__file__).parents[2]


def test_the_versions_that_fit_are_those_that_pip_installs() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {f"{name}{bounds}" for name, bounds in packages.NEEDED.items()} < set(wanted)


def test_the_licence_of_the_package_is_also_that_of_the_images_in_it() -> None:
    of_images = (ROOT / "mnist_sum_tui/data/mnist/README.md").read_text(encoding="utf-8")
    assert "CC BY-SA 3.0" in of_images
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT AND CC-BY-SA-3.0"
    assert "mnist_sum_tui/data/mnist/README.md" in project["license-files"]


@pytest.mark.parametrize("number", ["8.2.6", "8.2.10", "8.10", "8.3.0.dev2026", "8.2.8+cpu.9", None])
def test_a_version_that_fits(number: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda _: number)
    assert packages.misfit("textual") is None


@pytest.mark.parametrize("number", ["8.2.5", "8.2", "8.2+cpu.9", "7.9.9", "9.0.0", "10.0", "9.0.0rc1"])
def test_a_version_that_does_not_fit_is_told_with_what_to_install(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "installed", lambda _: number)
    advice = "does not fit mnist-sum: pip install 'textual>=8.2.6,<9'"
    assert packages.misfit("textual") == f"textual {number} {advice}"


@pytest.mark.filterwarnings("ignore:Implicit None:DeprecationWarning")
def test_what_an_installation_left_that_broke_off_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "textual-8.9.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert packages.installed("textual") is None
    assert packages.misfit("textual") is None
