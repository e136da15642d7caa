from mnist_sum_tui.tui.widgets.slider import slider_line, stop_at


def test_the_slider_as_text() -> None:
    names = ("epoch 1", "best", "last")
    assert slider_line(names, 1, 60) == "○ epoch 1 ── ● best ── ○ last"
    many = ("epoch 1", "epoch 2", "epoch 3", "epoch 4", "best", "last")
    assert slider_line(many, 2, 45) == "○ epoch 1 ──○──● epoch 3 ──○──○──○ last"
    assert slider_line(names, 1, 20) == "○──●──○ best"
    assert slider_line(names, 2, 8) == "○○● last"
    assert slider_line(names, 0, 5) == "1/3 e"
    assert slider_line((), 0, 5) == ""


def test_the_stop_under_the_mouse() -> None:
    line = slider_line(("epoch 1", "best", "last"), 1, 60)
    assert [stop_at(line, column) for column in (0, 5, line.index("●"), len(line) - 1)] == [0, 0, 1, 2]
    assert stop_at("1/3 e", 2) is None
