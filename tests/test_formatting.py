import pytest

from mnist_sum_tui.formatting import (
    about,
    answer,
    apart,
    ascii_picture,
    bar,
    byte_size,
    capped,
    clauses,
    duration,
    equation,
    first_fit,
    hanging,
    how_sure,
    letters,
    loss_figure,
    percent,
    shade,
    small,
    sparkline,
    track,
    trim,
    uncapped,
    whole_percent,
    word_by_word,
    wrapped,
)


def test_a_picture_has_two_characters_per_pixel_or_one() -> None:
    assert ascii_picture([[0, 255], [128, 25]]) == ["  @@", "++  "]
    assert ascii_picture([[0, 255], [128, 25]], wide=1) == [" @", "+ "]


def test_an_answer_in_words() -> None:
    words = ["7", "7? (not sure: sum below 90 %)", "not a digit?"]
    assert [answer(7, verdict, "sum") for verdict in ("sure", "unsure", "stranger")] == words
    assert answer(7, "unsure", "sum", len(words[1]) - 1) == "7? (not sure)", "`both below 90 %` says less"


def test_trim_cuts_to_the_ink_and_leaves_an_empty_picture_whole() -> None:
    assert trim([[0] * 5, [0, 0, 9, 0, 0], [0, 5, 0, 0, 0], [0] * 5]) == [[0, 9], [5, 0]]
    assert trim([[7]]) == [[7]]
    assert trim([[0, 0]]) == [[0, 0]]


def test_two_scores_that_differ_are_told_apart() -> None:
    shown = [apart(score, 0.1951) for score in (0.243, 0.1953, 0.19514, 0.1951004)]
    assert shown[:2] == [("0.243", "0.195"), ("0.1953", "0.1951")]
    assert shown[2:] == [("0.19514", "0.19510"), ("0.195100", "0.195100")]


def test_only_a_word_that_is_longer_than_a_line_is_broken_at_a_hyphen() -> None:
    assert word_by_word("You against 20261201-114155-compact-first", 28) == (
        "You against\n20261201-114155-compact-\nfirst"
    )
    assert word_by_word("You against 20261201-114155-compact", 28) == "You against\n20261201-114155-compact"


def test_equation() -> None:
    assert equation(3, 7, 10) == "3 + 7 = 10"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.9927, "99.27 %"),
        (1.0, "100.00 %"),
        (0.999999, "99.99 %"),
        (0.0, "0.00 %"),
        (None, "-"),
        (float("nan"), "NaN"),
    ],
)
def test_percent(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_no_answer_that_is_not_sure_is_shown_with_the_limit_of_a_sure_one() -> None:
    assert [how_sure(0.89996, decimals) for decimals in (0, 1, 2)] == ["89 %", "89.9 %", "89.99 %"]
    assert [how_sure(0.9, decimals) for decimals in (0, 1, 2)] == ["90 %", "90.0 %", "90.00 %"]
    assert [how_sure(share, 0) for share in (0.8944, 0.0, 0.996, 1.0)] == ["89 %", "0 %", ">99 %", "100 %"]


def test_what_is_little_is_not_shown_as_nothing() -> None:
    assert [whole_percent(share) for share in (0.0, 0.0001, 0.005, 0.006, 0.996, 1.0)] == [
        "0%", "<1%", "<1%", "1%", ">99%", "100%"
    ]  # fmt: skip
    found = [loss_figure(loss) for loss in (0.0, 0.0000163, 0.00012, 0.052, 392.24, float("nan"), float("inf"))]
    assert found == ["0.0000", "1.6e-5", "0.0001", "0.0520", "392.2", "nan", "inf"]
    assert [loss_figure(loss) for loss in (9.9996e9, 9.876e9, 1.2345e10, 3.4028e38)] == [
        "1e10", "9.876e9", "1.23e10", "3.4e38"
    ], "seven characters at most, as the tables have room for"  # fmt: skip


def test_percent_in_fewer_figures_is_not_rounded_up_to_all_either() -> None:
    assert [percent(0.9996, decimals, "%") for decimals in (2, 1, 0)] == ["99.96%", "99.9%", "99%"]
    assert percent(0.9942, 0) == "99 %"
    assert percent(1.0, 1, "%") == "100.0%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (8.21, "8.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (187, "3:07"),
        (3765, "1:02:45"),
        (None, "-"),
        (float("inf"), "-"),
        (59.7, "1:00"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("elapsed", "left", "words"),
    [
        (7.4, 374, "0:07 6:14"),
        (3765, 9.8, "1:02:45 0:10"),
        (7.4, 59.4, "7.4 s 59 s"),
        (7.4, 59.7, "0:07 1:00"),
        (7.4, None, "7.4 s -"),
        (7.4, float("inf"), "7.4 s -"),
    ],
)
def test_times_side_by_side_have_one_form(elapsed: float, left: float | None, words: str) -> None:
    assert f"{duration(elapsed, left)} {duration(left, elapsed)}" == words


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 kB"),
        (31_400, "31 kB"),
        (444_000, "0.4 MB"),
        (9_970_000, "10 MB"),
        (39_000_000, "39 MB"),
        (999_600_000, "1.0 GB"),
        (1_210_000_000, "1.2 GB"),
    ],
)
def test_byte_size(size: int, text: str) -> None:
    assert byte_size(size) == text


def test_a_bar_always_has_the_requested_width() -> None:
    assert [len(bar(share / 97, 7)) for share in range(-5, 110)] == [7] * 115
    assert bar(0.5, 4) == "██  "
    assert bar(0.40625, 4) == "█▋  ", "to an eighth of a cell"


def test_a_track_is_done_to_half_a_cell_and_always_has_the_requested_width() -> None:
    assert [track(share, 4) for share in (-1, 0.5, 0.62, 2)] == [
        ("", "────"), ("━━", "──"), ("━━╸", "─"), ("━━━━", "")
    ]  # fmt: skip


def test_runs_that_are_compared_have_letters_or_numbers_if_there_are_more_than_letters() -> None:
    assert (letters(2), letters(26)[-1], letters(27)[:2]) == (["A", "B"], "Z", ["1", "2"])


def test_sparkline_marks_missing_values() -> None:
    assert sparkline([0.0, 0.5, 1.0]) == "▁▅█"
    assert sparkline([1.0, float("nan"), None, 0.0]) == "█xx▁"
    assert sparkline([2.0, 2.0]) == "▄▄"
    assert sparkline([]) == ""
    assert len(sparkline(range(1000), width=30)) == 30
    assert sparkline([1.0, 3.0, 9.0, None, None, None, 15.0, 17.0], width=4) == "▁▅x█", "means of two each"
    assert sparkline([0.0, 1.0], scale=(0.0, 8.0)) == "▁▂"


def test_only_a_full_share_is_shaded_full() -> None:
    assert (shade(1.0), shade(0.999), shade(0.0)) == ("█", "▓", " ")


def test_no_line_ends_between_a_figure_and_its_unit() -> None:
    for unit in ("s", "ms", "min", "h", "kB", "MB", "GB"):
        assert wrapped(f"it takes 59 {unit}, or more", 11) == ["it takes", f"59 {unit}, or", "more"]
    assert wrapped("all 59 songs", 6) == ["all 59", "songs"], "a word is no unit"
    assert wrapped("from 99.9 to 99.7 %)", 17) == ["from 99.9 to", "99.7 %)"]
    assert hanging("best  99.94 %, and more", 12, 2) == "best\n  99.94 %, and\n  more"


def test_a_sentence_that_is_too_long_ends_with_a_clause() -> None:
    words = "It falls, as 1:2: smaller steps; wait"
    assert [clauses(words, room) for room in (99, len(words), 36, 20, 16, 15)] == [
        words,
        words,
        "It falls, as 1:2: smaller steps",
        "It falls, as 1:2",
        "It falls, as 1:2",
        "It falls",
    ]
    assert clauses(words, 3) == words, "not even one clause fits"


def test_the_first_form_that_fits_is_taken_or_the_last() -> None:
    forms = ["three words here", "two words", "one"]
    assert [first_fit(forms, width) for width in (16, 15, 9, 8, 1)] == [*forms[:2], "two words", "one", "one"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (3.8, "4 s"), (43, "45 s"), (720, "12 min"), (9000, "2.5 h"), (35_990, "10 h"), (45_000, "12 h"),
     (400_000, "111 h"), (7_200_000, "2,000 h")],
)  # fmt: skip
def test_a_time_is_rounded_as_one_would_say_it(seconds: float, words: str) -> None:
    assert about(seconds) == f"about {words}"


def test_a_small_number_is_written_in_one_way() -> None:
    assert [small(value) for value in (0.002, 1e-6, 5.65e-6, 1e-12, 10.0, 2.5e7)] == [
        "0.002", "1e-6", "5.65e-6", "1e-12", "10", "2.5e7"
    ]  # fmt: skip
    assert (small(0.135, 4), small(0.135, 4, has_zeros=True)) == ("0.135", "0.1350")
    values = (0.00123, float("inf"), float("nan"), 0.0, 123.0)
    assert [small(value, 2) for value in values] == ["0.0012", "inf", "nan", "0", "120"]


def test_a_sentence_gets_a_capital_but_a_path_or_a_name_does_not() -> None:
    assert capped("the run is over") == "The run is over"
    assert capped("nw/runs/drawings: cannot be made") == "nw/runs/drawings: cannot be made"
    assert capped("nw: cannot be read") == "nw: cannot be read"
    assert capped("") == ""
    assert uncapped("After step 9") == "after step 9"
