"""The documents say what is so: the reference is fresh, and what they show compiles."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from specc.api import Spec
from specc.catalog import Construct, catalog
from specc.cli.entry import program
from specc.cli.init import FIRST
from specc.diagnostics import RULES, Source
from specc.reference import explanations, reference, words
from specc.reference.statements import STATEMENTS
from specc.syntax.format import format_source
from specc.syntax.parse import parse
from specc.verify.tolerances import tolerances

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/language.md")
BLOCK = re.compile(r"^```nnspec\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, int, str]]:
    """Every piece of a spec in the documents: the page, its number there, its text."""
    return [
        (page, number, found[1])
        for page in PAGES
        for number, found in enumerate(BLOCK.finditer((ROOT / page).read_text()), 1)
    ]


def test_the_reference_is_fresh() -> None:
    written = (ROOT / "grammar/REFERENCE.md").read_text(encoding="utf-8")
    assert written == reference(), "run `make docs`"


@pytest.mark.parametrize(
    ("page", "number", "text"), blocks(), ids=lambda value: str(value)[:20]
)
def test_pieces_of_specs_parse_and_are_formatted(
    page: str, number: int, text: str
) -> None:
    source = Source(f"{page}#{number}", text)
    _, problems = parse(source)
    assert not problems
    if "; " not in text:  # a body on one line is shown as such
        assert format_source(source) == text


@pytest.mark.parametrize("page", PAGES)
def test_the_first_spec_of_a_page_is_correct(page: str) -> None:
    text = BLOCK.search((ROOT / page).read_text())
    assert text is not None
    checked = Spec(Source(page, text[1])).checked
    assert not checked.problems
    assert checked.programs


def test_the_first_spec_of_the_front_page_is_what_init_writes() -> None:
    text = BLOCK.search((ROOT / "README.md").read_text())
    assert text is not None
    assert text[1] == FIRST


def test_what_a_training_needs_is_said() -> None:
    page = " ".join((ROOT / "docs/language.md").read_text(encoding="utf-8").split())
    found = re.search(r"- ([^.]*) are required\.", page)
    assert found is not None
    fields = catalog().find("settings", "train").model_fields
    needed = {name for name, field in fields.items() if field.is_required()}
    assert set(re.findall(r"`(\w+)`", found[1])) == needed | {"loss"}
    for name in needed | {"loss"}:
        text = re.sub(rf"^  {name} = .*\n", "", FIRST, flags=re.MULTILINE)
        (problem,) = Spec(Source("first.nnspec", text)).check()
        assert name in problem.message


ROW = re.compile(r"^\| (`specc .*?`) \|", re.MULTILINE)


def test_the_commands_of_the_front_page_are_used_rightly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`specc dump FILE --stage plan` alone ends with status 2."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.nnspec").write_text(FIRST, encoding="utf-8")
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (row,) = (found[1] for found in ROW.finditer(page) if "dump" in found[1])
    stages: list[str] = []
    for form in re.findall(r"(--stage [^`]*)`", row):
        names, *more = form.removeprefix("--stage ").split(" ", 1)
        for stage in names.split("\\|"):
            stages.append(stage)
            options = " ".join(more).replace("--backend B", "--backend torch").split()
            words = ["dump", "first.nnspec", "--stage", stage, *options]
            assert CliRunner().invoke(program, words).exit_code == 0, words
    assert sorted(stages) == ["code", "ir", "plan", "tree"]


def test_the_gates_of_the_front_page_are_those_of_the_proof() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    gates = tolerances()

    def gate(name: str) -> str:
        return f"{gates['float64.' + name]:.0e}".replace("e-0", "e-")

    assert gate("forward") == gate("gradient")
    assert f"{gate('forward')} for outputs, losses and gradients" in text
    assert f"{gate('state')} for states after steps" in text
    odd = f"{gate('odd_forward')} for outputs and {gate('odd_gradient')} for gradients"
    assert f"degenerate {odd}" in text
    assert f"may differ by {gate('null')}," in text
    assert f"may be {gates['float32.ratio']:g} times" in text


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "backends/README.md"])
def test_links_and_paths_lead_somewhere(page: str) -> None:
    file = ROOT / page
    text = file.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not (file.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("word", words())
def test_every_word_can_be_explained(word: str) -> None:
    assert explanations(word)


def test_every_construct_is_in_the_reference() -> None:
    text = (ROOT / "grammar/REFERENCE.md").read_text(encoding="utf-8")
    kinds: list[type[Construct]] = list(catalog())
    assert all(f"\n### {kind.keyword}\n" in text for kind in kinds)
    assert all(f"\n### {slug}\n" in text for slug in RULES)


def test_the_front_page_lists_every_construct() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    kinds = [kind for kind in catalog() if kind.family != "settings"]
    assert [kind.keyword for kind in kinds if f"`{kind.keyword}`" not in text] == []


def test_the_slugs_in_the_code_are_declared() -> None:
    said = re.compile(r'(?:Problem|\.error)\(\s*"([a-z]+(?:-[a-z]+)*)",')
    used = {
        slug
        for file in (ROOT / "specc").rglob("*.py")
        for slug in said.findall(file.read_text(encoding="utf-8"))
    }
    assert len(used) > 50
    assert used <= set(RULES)


def test_the_examples_of_statements_are_of_the_language() -> None:
    for word, item in STATEMENTS.items():
        assert word in item.example
        for line in item.example.split("        "):
            body = f"model A {{\n  {line}\n}}\n"
            tried = [parse(Source(word, text))[1] for text in (line + "\n", body)]
            assert () in map(tuple, tried), line
