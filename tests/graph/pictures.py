"""Reading pictures again, in each of their formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from specc.api import Spec, load
from specc.diagnostics import Source
from specc.pictures.graph import Graph, graph

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.glob("examples/*.nnspec"))
LANGUAGE = ROOT / "tests/equivalence/language"
#: Each with the model, or the training, that is drawn.
SPECS = [
    *((path, path.stem) for path in EXAMPLES),
    (LANGUAGE / "reused.nnspec", "both"),
    (LANGUAGE / "shared.nnspec", "Siamese"),
    (LANGUAGE / "unrolled.nnspec", None),
    (ROOT / "tests/graph/small.nnspec", None),
]
SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Seen:
    """What a text draws: the lines of each node, by its name there, and the links."""

    nodes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    frames: list[str] = field(default_factory=list[str])
    links: list[tuple[str, str, str]] = field(
        default_factory=list[tuple[str, str, str]]
    )
    classes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def spec_of(text: str) -> Spec:
    return Spec(Source("text.nnspec", text))


def drawn(spec: Spec | Path, name: str | None = None, depth: int | None = 0) -> Graph:
    found = spec if isinstance(spec, Spec) else load(spec)
    try:
        checked = found.program(name)
    except LookupError:
        checked = found.model(name)
    return graph(checked.program, checked.origins, depth)


# Mermaid -----------------------------------------------------------------------------

_TEXT = r'"((?:[\w ,.()=×→·…+<>/-]|#\d+;)*)"'
_NODE = re.compile(rf"\s*(n\d+)(?:\(\[|\[\[|\[){_TEXT}(?:\]\)|\]\]|\])")
_LINK = re.compile(rf"\s*(n\d+) -->\|{_TEXT}\| (n\d+)")
_OPEN = re.compile(rf"\s*subgraph (f\d+)\[{_TEXT}\]")
_CLASS = re.compile(r"\s*class ([nf]\d+(?:,[nf]\d+)*) (\w+)")
_STYLE = re.compile(r"\s*classDef \w+ [a-z-]+:[#\w ]+(?:,[a-z-]+:[#\w ]+)*")
_TITLE = re.compile(r"\s*accTitle: [\w ,.]+")


def _said(text: str) -> list[str]:
    """Lines of a label of Mermaid."""
    parts = text.split("<br/>")
    assert not any("<" in part or ">" in part for part in parts)
    return [re.sub(r"#(\d+);", lambda found: chr(int(found[1])), p) for p in parts]


def read_mermaid(text: str) -> Seen:
    """What a flowchart draws; every line must be one of those that are known."""
    seen, depth = Seen(), 0
    first, *lines = text.splitlines()
    assert first == "flowchart TB"
    for line in lines:
        if found := _NODE.fullmatch(line):
            seen.nodes[found[1]] = _said(found[2])
        elif found := _LINK.fullmatch(line):
            seen.links.append((found[1], found[3], *_said(found[2])))
        elif found := _OPEN.fullmatch(line):
            seen.frames += _said(found[2])
            depth += 1
        elif found := _CLASS.fullmatch(line):
            seen.classes[found[2]] = set(found[1].split(","))
        elif line.strip() == "end":
            depth -= 1
        else:
            assert _STYLE.fullmatch(line) or _TITLE.fullmatch(line), line
    assert depth == 0
    return seen


# DOT ---------------------------------------------------------------------------------

_TOKEN = re.compile(r'\s*(->|[{}\[\]=,]|[\w.]+|"(?:[^"\\]|\\.)*")')


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, text[at : at + 40]
        found.append(match[1])
        at = match.end()
    return found


def _string(token: str) -> list[str]:
    """Lines of a quoted text."""
    parts = re.split(r"(\\.)", token[1:-1])
    plain = ["\n" if p == "\\n" else p[1:] if p.startswith("\\") else p for p in parts]
    return unescape("".join(plain)).split("\n")


def read_dot(text: str) -> Seen:
    """What a digraph draws."""
    seen, depth = Seen(), 0
    tokens = _tokens(text)
    assert tokens[0] == "digraph"
    at = 2
    while at < len(tokens):
        word = tokens[at]
        if word in "{}":
            depth += 1 if word == "{" else -1
            at += 1
        elif word == "subgraph":
            at += 2
        elif tokens[at + 1] == "=":
            if word == "label":
                seen.frames += _string(tokens[at + 2])
            at += 3
        else:
            linked = tokens[at + 1] == "->"
            start = at + 3 if linked else at + 1
            end = tokens.index("]", start)
            given = tokens[start + 1 : end]
            values = dict(zip(given[::4], given[2::4], strict=True))
            if linked:
                label = "\n".join(_string(values["label"]))
                seen.links.append((word, tokens[at + 2], label))
            elif word not in ("node", "edge", "graph"):
                seen.nodes[word] = _string(values["label"])
            at = end + 1
    assert depth == 0
    return seen


# SVG ---------------------------------------------------------------------------------


def read_svg(text: str) -> ElementTree.Element:
    """The picture; nothing in it may lead outside."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    for item in root.iter():
        assert not {"href", "src", "onload", "onclick"} & set(item.attrib)
        assert item.tag not in (f"{SVG}script", f"{SVG}image", f"{SVG}use")
    assert "url(" not in (root.findtext(f"{SVG}style") or "")
    assert root.get("role") == "img"
    names = {item.get("id") for item in root.iter()}
    assert set((root.get("aria-labelledby") or "?").split()) <= names
    return root


def svg_nodes(root: ElementTree.Element) -> list[list[str]]:
    """The lines of each node."""
    kinds = ("layer", "block", "input", "output")
    groups = [
        g for g in root.iter(f"{SVG}g") if (g.get("class") or "").split()[0] in kinds
    ]
    return [[line.text or "" for line in g.findall(f"{SVG}text")] for g in groups]
