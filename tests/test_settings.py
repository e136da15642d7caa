"""The settings that one sets once: the file, the variables, the options; and what a file may hold instead."""

import os
import tomllib
from pathlib import Path

import pytest
from platformdirs import user_config_path

from mnist_sum_tui import settings
from mnist_sum_tui.errors import MnistSumError, UsageError


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
    assert settings.keep("theme", "nord") == file
    assert settings.find("theme") == settings.Found("nord", str(file))
    monkeypatch.setenv("MNIST_SUM_THEME", "dracula")
    assert settings.find("theme") == settings.Found("dracula", "MNIST_SUM_THEME")
    assert settings.find("theme", "gruvbox") == settings.Found("gruvbox", "--theme")


def test_the_folder_of_the_first_setting_is_made() -> None:
    assert not settings.path().parent.exists()
    settings.keep("theme", "nord")
    assert settings.read() == ({"theme": "nord"}, [])


def test_what_is_kept_is_read_again_and_the_rest_stays(file: Path) -> None:
    kept: dict[str, settings.Value] = {"theme": "nord", "marker": "blocks", "mouse": False, "fps": 30}
    kept |= {"digits": "pages", "notify": "bell"}
    for name, value in kept.items():
        settings.keep(name, value)
    assert settings.read() == (kept, [])
    assert file.read_text().startswith("# ")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


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
def test_a_file_that_cannot_be_used_is_said_and_not_written_over(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    values, wrong = settings.read()
    assert values == {}
    assert len(wrong) == 1
    assert str(file) in wrong[0]
    with pytest.raises(UsageError, match="cannot be used"):
        settings.keep("theme", "nord")
    assert file.read_bytes() == content


def test_an_editor_of_windows_may_put_its_mark_before_the_file_but_must_write_utf_8(file: Path) -> None:
    file.write_text("digits = 'pages'\n", encoding="utf-8-sig")
    assert settings.read() == ({"digits": "pages"}, [])
    file.write_text("digits = 'pages'\n", encoding="utf-16")
    assert settings.read() == ({}, [f"{file}: cannot be used (it is not UTF-8): mend it, or delete it"])


def test_nobody_is_told_to_delete_what_is_no_file(file: Path) -> None:
    file.mkdir(parents=True)
    told = "cannot be used (is not a regular file): put the path of another file into MNIST_SUM_SETTINGS"
    assert settings.read() == ({}, [f"{file}: {told}"])


def test_a_file_of_another_program_is_not_written_over(file: Path) -> None:
    file.write_text(content := "[tool.other]\nname = 5\n")
    with pytest.raises(UsageError, match="is not a file of mnist-sum's settings"):
        settings.keep("theme", "nord")
    assert file.read_text() == content
    file.write_text("mouse = false\n")  # written by hand
    settings.keep("theme", "nord")
    assert settings.read() == ({"theme": "nord", "mouse": False}, [])


def test_what_a_later_version_has_set_is_kept(file: Path) -> None:
    later = {"later": "\u00fc\U0001f600\x7f\n", "speed": 5, "on-top": True}
    settings.keep("theme", "nord")
    with file.open("a") as stream:
        stream.write('later = "\u00fc\U0001f600\\u007f\\n"\nspeed = 5\non-top = true\n')
        stream.write(f"huge = 0x{'f' * 6000}\n[table]\n")
    settings.keep("mouse", False)
    assert tomllib.loads(file.read_text()) == {"theme": "nord", "mouse": False, **later}


def test_wrong_values_and_comments_are_kept(file: Path) -> None:
    file.write_text('# mine\nmarker = "dots"\nfps = 0\n#theme = "dracula"\nmouse = "maybe"\n')
    settings.keep("theme", "nord")
    settings.keep("digits", "pages")
    assert file.read_text().splitlines()[1:3] == ["# mine", '#theme = "dracula"']
    own = {"theme": "nord", "marker": "dots", "mouse": "maybe", "digits": "pages", "fps": 0}
    assert list(tomllib.loads(file.read_text()).items()) == list(own.items())
    assert file.read_text().startswith(settings.HEAD)
    assert file.read_text().count("mnist-sum") == 1


def test_the_lines_of_the_others_are_kept_as_they_are(file: Path) -> None:
    lines = ['theme = "nord"  # mine', "mouse = [1]", "fps = 59.5", "future = 1.5", "'far off' = 2026-01-01"]
    several = 'long = """\nfps = 3.5\nend"""\nlist = [\n  # of two lines\n]\n[[far]]\nmouse = 5\n'
    file.write_text(
        "\r\n".join([settings.OWN, *lines[:2], "  # indented", *lines[2:], 'marker = "dots" # gone', several])
    )
    for _ in range(2):
        settings.keep("marker", "ascii")
    written = file.read_text().splitlines()
    assert written[1:3] == ["  # indented", "  # of two lines"]
    assert written[3:] == [lines[0], 'marker = "ascii"', *lines[1:3], 'long = "fps = 3.5\\nend"', *lines[3:]]
    assert tomllib.loads(file.read_text())["long"] == "fps = 3.5\nend"


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
        with pytest.raises(UsageError):
            settings.keep("theme", "dracula")
        file.rmdir() if file.is_dir() else file.unlink()
    assert (tmp_path / "other").read_text() == "theme = 'nord'\n"


def test_a_place_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(settings.FILE_VARIABLE, str(tmp_path / "file" / "below" / "settings.toml"))
    assert settings.find("theme").origin == settings.USUAL
    with pytest.raises(MnistSumError, match=r"settings\.toml: cannot be"):
        settings.keep("theme", "nord")


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
