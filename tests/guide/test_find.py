"""The pages of the guide: titles, short summaries, and links, of the README too, that lead somewhere."""

import re
from pathlib import Path

import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.guide.find import FOLDER, ORDER, _parts, find_text, page_of_link, pages

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FIGURE = re.compile(r"[\d.,:]+( (%|s|ms|[kM]B))?")
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and Textual make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def test_each_file_is_a_page_and_the_first_ones_come_first() -> None:
    names = list(pages())
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.md"))
    assert tuple(names[: len(ORDER)]) == ORDER


@pytest.mark.parametrize("name", pages())
def test_a_page_has_a_title_and_a_summary_that_fits_a_line(name: str) -> None:
    page = pages()[name]
    assert re.match(rf"# .{{1,60}}\n\n{re.escape(page.summary)}", page.text)
    assert page.summary.endswith((".", "?"))
    assert len(page.summary) <= 66, "the list of pages fits 80 columns"


@pytest.mark.parametrize("name", pages())
def test_a_pages_code_fits_80_columns(name: str) -> None:
    for block in re.findall(r"^```\w*\n(.*?)^```", pages()[name].text, re.MULTILINE | re.DOTALL):
        assert max(map(len, block.splitlines())) <= 77, "it is indented by two, or by one beside a scrollbar"


@pytest.mark.parametrize("name", pages())
def test_columns_of_figures_are_right_aligned_and_no_word_is_cut_at_80_columns(name: str) -> None:
    for table in TABLE.findall(LINK.sub(lambda link: link[0].partition("]")[0], pages()[name].text.replace("`", ""))):
        lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
        columns = [*zip(*lines, strict=True)]
        for head, mark, *cells in columns:
            is_right = all(re.fullmatch(FIGURE, cell) for cell in cells if cell) and any(cells)
            assert mark.endswith(":") or not is_right, head
        words = [max(map(len, " ".join([head, *cells]).replace(" %", "_%").split())) for head, _, *cells in columns]
        assert sum(words) + 2 * len(words) <= 80, columns[0]


def test_the_glossary_explains_each_word_once_and_in_a_sentence() -> None:
    entries = re.findall(r"^- \*\*(.+?)\*\*: (.+?)(?=\n\n|\n- |\Z)", pages()["glossary"].text, re.M | re.S)
    words = [word for title, _ in entries for word in title.lower().split(", ")]
    assert len(words) == len(set(words))
    wanted = {"loss", "accuracy", "epoch", "batch", "logits", "softmax", "head", "validation", "test", "checkpoint"}
    assert wanted | {"assignment", "recipe", "agreement", "learning rate", "ghost run", "read as"} <= set(words)
    assert {"reliability diagram", "heat map", "feature map"} <= set(words), "what the pages draw"
    assert {"relu", "batch normalisation", "knobs", "temperature", "twin"} <= set(words), "the guide's own words"
    assert {"standard deviation", "standard error"} <= set(words)
    assert all(find_text(word).startswith("- **") for word in words if word not in pages())
    assert all(sentence.strip().endswith(".") for _, sentence in entries)


def test_the_glossary_explains_layers_and_answers_before_training() -> None:
    what, _, rest = pages()["glossary"].text.partition("## How it learns")
    for word in ("Digit score", "Threshold", "Stranger", "Convolution", "Linear layer", "Feature map", "ReLU"):
        assert f"- **{word}" in what, word
    assert "- **Dead unit" in rest, "a unit dies in training"


def test_no_two_pages_are_called_alike() -> None:
    starts = [page.text.splitlines()[0].split(":")[-1] for page in pages().values()]
    assert len(set(starts)) == len({page.summary for page in pages().values()}) == len(pages())


@pytest.mark.parametrize("name", pages())
def test_a_pages_links_lead_somewhere(name: str) -> None:
    for target in LINK.findall(pages()[name].text):
        page, _, anchor = target.partition("#")
        if not target.startswith("https://"):
            assert page_of_link(target) == page.removesuffix(".md")
            assert not anchor or anchor in anchors(pages()[page.removesuffix(".md")].text), target


@pytest.mark.parametrize("name", pages())
def test_a_link_to_another_page_names_it_because_a_terminal_shows_only_the_words(name: str) -> None:
    for words, target in re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", pages()[name].text):
        page = page_of_link(target)
        assert page in (None, name) or page in words.lower(), words


@pytest.mark.parametrize("name", pages())
def test_a_source_file_that_a_page_names_exists(name: str) -> None:
    folders = [ROOT, *(ROOT / folder for folder in ("mnist_sum_tui", "mnist_sum_tui/tui", "tests"))]
    for file in re.findall(r"`([\w/]+\.py)`", pages()[name].text):
        assert file.endswith("tiny.py") or any((folder / file).exists() for folder in folders), file


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"])
def test_the_other_documents_links_lead_somewhere(file: str) -> None:
    path = ROOT / file
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith("https://") and not target.endswith(".svg"):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("speed", "# Speed"),
        ("Speed", "# Speed"),
        ("seed", "- **Seed, "),
        ("epochs", "- **Epoch**: "),
        ("learning  rate", "- **Learning rate, lr**: "),
        ("fp32", "- **bf16, fp32**: "),
        ("overfit", "## Overfitting"),
        ("sprint", "## `sprint`"),
        ("how much is luck", "## 3. How much is luck?"),
        ("quiz", "## Against a person"),
        ("one-cycle", "- **Schedule, "),
        ("best run", "- **Ghost run, "),
        ("map", "- **Feature map, "),
        ("stride", "- **Stride, "),
        ("padding", "- **Stride, "),
        ("limit", "- **Threshold, limit**: the least digit score"),
        ("weight-decay", "- **Weight decay**: "),
        ("weight", "- **Weights**: "),
        ("logit", "- **Logits**: "),
        ("cross-entropy", "- **Negative log-likelihood, "),
        ("kernel", "- **Convolution, "),
        ("backpropagation", "- **Gradient, "),
        ("early stopping", "- **Patience, "),
        ("max-minutes", "- **Max minutes**: "),
        ("warmup", "- **Warm-up, "),
        ("chance", "- **Standard error, chance**: "),
    ],
)
def test_a_word_that_is_no_page_leads_to_what_is_said_of_it(words: str, begins: str) -> None:
    assert find_text(words).startswith(begins)


@pytest.mark.parametrize(
    "word",
    """windows, mac, colours, colors, dark mode, background, theme, font size, mouse, keyboard, copy, print, pdf, save,
    export, excel, stop, quit, undo, slow, gpu, proxy, offline, ssh, crash, language, own digits, photo, letters, cnn,
    neuron, bias, jupyter, ai, start, compare, cheat, handwriting, subtraction, license, dataset, chromebook""".replace(
        "\n", " "
    ).split(","),
)
def test_a_word_that_many_look_for_leads_to_one_answer(word: str) -> None:
    assert find_text(word).startswith(("## ", "- **"))


def test_what_is_shown_of_a_page_ends_where_the_next_part_begins_and_says_where_the_rest_is() -> None:
    assert find_text("momentum").splitlines()[2:] == ["More: [`mnist-sum guide glossary`](glossary.md)"]
    section = find_text("overfitting")
    assert section.count("\n#") == 0
    assert section.endswith("still learned.\n\nMore: [`mnist-sum guide coach`](coach.md)")


def test_a_word_of_several_parts_lists_them_and_each_title_leads_to_its_part() -> None:
    listed = re.findall(r"^\d\. ([\w-]+): \[(.+)\]\((\S+)\)$", find_text("sweep"), re.M)
    assert ("runs", "Finding settings", "runs.md#finding-settings") in listed
    for page, title, _ in listed:
        assert title in find_text(title).splitlines()[0]
        assert find_text(title).endswith(f"More: [`mnist-sum guide {page}`]({page}.md)")
    assert '`mnist-sum guide "' + listed[0][1] + '"` shows the first.' in find_text("sweep")


def test_the_link_to_a_part_leads_to_its_heading_or_to_its_entry_of_the_glossary() -> None:
    for part in _parts():
        page, _, anchor = part.link.partition(".md#")
        assert page_of_link(part.link) == page == part.page
        if page == "glossary":
            assert part.text in find_text(anchor) or anchor in pages()
        else:
            assert anchor in anchors(pages()[page].text)


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("what is a neuron?", "neuron"),
        ("accuracy of 100", "perfect"),
        ("why is it not 100 %", "perfect"),
        ("how many parameters", "parameters"),
        ("learning rate too high", "learning rate"),
        ("why does the loss go up", "loss"),
        ("how to stop training", "stop"),
        ("how does it work", "begin"),
        ("what is deep learning", "begin"),
        ("can I compare two runs", "compare"),
        ("train my own network", "own-network"),
    ],
)
def test_of_a_question_its_longest_phrase_that_has_a_name_is_looked_for(question: str, term: str) -> None:
    assert find_text(question) == find_text(term)


def test_a_question_without_any_name_leads_first_to_what_has_its_rarest_words() -> None:
    assert "coach: [Now it learns to add]" in find_text("how does the network learn to add")
    assert find_text("a class of 20 pupils' computers").splitlines()[2].startswith("1. lesson: [What a class needs]")
    with pytest.raises(UsageError, match="what is it of"):
        find_text("what is it of")
    with pytest.raises(UsageError, match="try another word"):
        find_text("wort " * 30 + "momentum")


def test_a_misspelt_word_of_a_question_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'momentum'"):
        find_text("what is momentm")


def test_an_unknown_page_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'speed'"):
        find_text("spede")
    with pytest.raises(UsageError, match=r"unknown page or term .[?]{3}.: try another word"):
        find_text("???")
    with pytest.raises(UsageError, match="did you mean 'momentum'"):
        find_text("momentm")
    with pytest.raises(UsageError, match="the page glossary"):
        find_text("")


def test_a_link_to_a_page_is_told_from_others() -> None:
    assert (page_of_link("speed.md"), page_of_link("own-network.md#1-the-class")) == ("speed", "own-network")
    for other in ("nothing.md", "../speed.md", "https://example.org/speed.md"):
        assert page_of_link(other) is None


def test_the_first_page_says_what_the_network_does_before_the_terms_of_the_field() -> None:
    """A student meets each of them beside a link to the glossary."""
    text = pages()["assignment"].text
    before, link, after = text.partition("(glossary.md)")
    assert link
    for term in ("one-hot", "softmax", "negative log-likelihood"):
        assert term not in before
        assert term in after


def test_nothing_says_that_test_images_are_used_only_once() -> None:
    """Inspect and Mistakes show them in the middle of a training."""
    for name in ("assignment", "glossary"):
        text = " ".join(pages()[name].text.split())
        assert "used once" not in text
        assert "no setting and no weights are chosen" in text
