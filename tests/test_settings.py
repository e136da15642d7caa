"""The settings that one sets once: the file, the variables, the options; and what a file may hold instead."""

import os
from pathlib import Path

import pytest
from platformdirs import user_config_path

from mnist_sum_tui import settings
from mnist_sum_tui.errors import UsageError
from tests.settings_file import keep


@pytest.fixture
def file() -> Path:
    """The file of this test's settings, in a folder that is there."""
    settings.path().parent.mkdir(parents=True, exist_ok=True)
    return settings.path()


def test_it_is_where_the_platform_keeps_such_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.FILE_VARIABLE)
    assert settings.path().parent == user_config_path("mnist-sum", appauthor=False)


def test_a_user_without_a_name_or_a_home_has_the_usual_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv(settings.FILE_VARIABLE)
    monkeypatch.setattr("platformdirs.user_config_path", unknown)
    assert settings.path().is_absolute()
    assert settings.read() == ({}, [])
    assert settings.find("theme").origin == settings.USUAL


def test_an_option_goes_before_a_variable_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.find("theme") == settings.Found("mnist-sum-dark", settings.USUAL)
    keep("theme", "nord")
    assert settings.find("theme") == settings.Found("nord", str(file))
    monkeypatch.setenv("MNIST_SUM_THEME", "dracula")
    assert settings.find("theme") == settings.Found("dracula", "MNIST_SUM_THEME")
    assert settings.find("theme", "gruvbox") == settings.Found("gruvbox", "--theme")


def test_all_settings_are_read() -> None:
    kept: dict[str, settings.Value] = {"theme": "nord", "marker": "blocks", "mouse": False, "fps": 30}
    kept |= {"digits": "pages", "notify": "bell"}
    for name, value in kept.items():
        keep(name, value)
    assert settings.read() == (kept, [])


@pytest.mark.parametrize(
    ("line", "name", "words"),
    [
        ("them = 'nord'", "theme", "unknown setting 'them': did you mean 'theme'?"),
        ("theme = 5", "theme", "unknown theme '5'"),
        ('theme = "a\\u001b[31m"', "theme", "unknown theme 'a\\x1b[31m'"),
        ("marker = 'dots'", "marker", "choose from auto, braille, blocks, ascii"),
        ("mouse = 1", "mouse", "unknown mouse '1': true or false"),
        ("mouse = 'perhaps'", "mouse", "true or false"),
        ("fps = true", "fps", "unknown fps 'True': a whole number from 1 to 120"),
        ("fps = 0", "fps", "a whole number"),
        ("fps = 1e3", "fps", "a whole number"),
        ("notify = ['bell']", "notify", "did you mean 'bell'?"),
        ("[theme]\nname = 'nord'", "theme", "unknown theme"),
        pytest.param(f"fps = 0x{'f' * 6000}", "fps", "unknown fps 'int': a whole number", id="many digits"),
        pytest.param(f"theme{'.a' * 7000} = 1", "theme", "unknown theme ", id="many tables"),
    ],
)
def test_a_wrong_line_is_said_and_the_usual_value_holds(line: str, name: str, words: str, file: Path) -> None:
    file.write_text(f"digits = 'pages'\n{line}\n")
    values, wrong = settings.read()
    assert values == {"digits": "pages"}
    assert len(wrong) == 1
    assert words in wrong[0]
    assert wrong[0].isprintable()
    assert settings.find(name).origin == settings.USUAL


@pytest.mark.parametrize(
    "content", [b"theme = ", b"\xff", b"a = " + b"[" * 8000, b"a = " + b"9" * 9000, b"#" * (settings.LARGEST + 1)]
)
def test_a_file_that_cannot_be_used_is_said(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    values, wrong = settings.read()
    assert values == {}
    assert len(wrong) == 1
    assert str(file) in wrong[0]


def test_an_editor_of_windows_may_put_its_mark_before_the_file_but_must_write_utf_8(file: Path) -> None:
    file.write_text("digits = 'pages'\n", encoding="utf-8-sig")
    assert settings.read() == ({"digits": "pages"}, [])
    file.write_text("digits = 'pages'\n", encoding="utf-16")
    assert settings.read() == ({}, [f"{file}: cannot be used (it is not UTF-8): mend it, or delete it"])


def test_nobody_is_told_to_delete_what_is_no_file(file: Path) -> None:
    file.mkdir(parents=True)
    told = "cannot be used (is not a regular file): put the path of another file into MNIST_SUM_SETTINGS"
    assert settings.read() == ({}, [f"{file}: {told}"])


def test_a_link_a_folder_and_a_pipe_are_refused(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("theme = 'nord'\n")
    for kind in ("link", "folder", "pipe"):
        if kind == "link":
            file.symlink_to(tmp_path / "other")
        else:
            file.mkdir() if kind == "folder" else os.mkfifo(file)
        assert settings.read()[0] == {}
        assert "cannot be used" in settings.read()[1][0]
        assert ("put the file itself there" in settings.read()[1][0]) == (kind == "link")
        file.rmdir() if file.is_dir() else file.unlink()


def test_a_place_where_nothing_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(settings.FILE_VARIABLE, str(tmp_path / "file" / "below" / "settings.toml"))
    assert settings.find("theme").origin == settings.USUAL


def test_a_wrong_variable_is_an_error_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_SUM_FPS", "many")
    with pytest.raises(UsageError, match="unknown MNIST_SUM_FPS 'many': a whole number from 1 to 120"):
        settings.find("fps")
    monkeypatch.setenv("MNIST_SUM_FPS", "25")
    assert settings.find("fps").value == 25
    monkeypatch.setenv("MNIST_SUM_FPS", "")
    assert settings.find("fps").value == 120
    for text, value in (("on", True), ("No", False), ("0", False)):
        monkeypatch.setenv("MNIST_SUM_MOUSE", text)
        assert settings.find("mouse").value is value
