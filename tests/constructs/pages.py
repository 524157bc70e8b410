"""Pages of constructs: a spec with the construct, one without, and what it adds to each program."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from specc.backend import backend as find_backend
from specc.diagnostics.model import Source, failed
from specc.pipeline import CheckedProgram, check_source, compile_program, select

HERE = Path(__file__).parent
BACKENDS = ("torch", "keras", "reference")
FAMILIES = (
    "layer",
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "callback",
)
_SPECS = re.compile(r"```nnspec\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page, its spec with the construct and the one without."""

    path: Path
    text: str
    spec: str
    baseline: str

    @property
    def name(self) -> str:
        """Family and keyword."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def head(self) -> str:
        """What people write: everything before the emitted code."""
        return self.text[: [m.end() for m in _SPECS.finditer(self.text)][1]] + "\n"


def read(path: Path) -> Page:
    """Read a page."""
    text = path.read_text(encoding="utf-8")
    spec, baseline = _SPECS.findall(text)
    return Page(path, text, spec, baseline)


def pages() -> list[Page]:
    """All pages."""
    return [read(path) for path in sorted(HERE.glob("*/*.md"))]


def program_of(name: str, text: str) -> CheckedProgram:
    """The one training of a spec, which must check without an error."""
    checked = check_source(Source(name, text))
    assert not failed(checked.problems), checked.problems
    return select(checked, None)


def rendered(page: Page) -> str:
    """The page with what the construct adds to the program of each backend."""
    text = page.head
    for backend in BACKENDS:
        text += f"\n## {backend}\n\n```python\n{_added(page, backend)}```\n"
    return text


def _added(page: Page, backend: str) -> str:
    """Lines of the program that the one without the construct does not have."""
    with_it, without = (
        _code(page.name, spec, backend) for spec in (page.spec, page.baseline)
    )
    matcher = difflib.SequenceMatcher(None, without, with_it, autojunk=False)
    blocks = [
        "\n".join(with_it[low:high]).strip("\n")
        for tag, _, _, low, high in matcher.get_opcodes()
        if tag in ("insert", "replace")
    ]
    return "".join(f"{block}\n" for block in blocks if block.strip())


def _code(name: str, spec: str, backend: str) -> list[str]:
    """The lines of a program, without those that hold the shared generator's tables."""
    compiled = compile_program(program_of(name, spec), find_backend(backend))
    assert compiled.emission is not None, compiled.problems
    return compiled.emission.text.split("\n")
