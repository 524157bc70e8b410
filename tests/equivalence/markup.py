"""Reading a report back: balanced elements, unique ids, nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "read"]

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class Node:
    """An element with the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    within: tuple[str, ...] = ()

    @property
    def head(self) -> bool:
        return self.tag == "th"

    @property
    def exact(self) -> bool:
        """Whether it is a number that shows all its digits in its title."""
        return "number" in self.attributes.get("class", "") and (
            "title" in self.attributes
        )


@dataclass
class Page(HTMLParser):
    """What a page holds."""

    nodes: list[Node] = field(default_factory=list[Node])
    stack: list[Node] = field(default_factory=list[Node])

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        found = {name: value or "" for name, value in attrs}
        self.handle_data(" ")
        node = Node(tag, found, within=tuple(n.tag for n in self.stack))
        self.nodes.append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in [node.tag for node in self.stack], f"<{tag}/> outside of SVG"
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for node in self.stack:
            node.text += data

    # What tests ask -------------------------------------------------------------

    @property
    def tags(self) -> set[str]:
        return {node.tag for node in self.nodes}

    @property
    def ids(self) -> list[str]:
        return [n.attributes["id"] for n in self.nodes if "id" in n.attributes]

    @property
    def links(self) -> list[str]:
        return [n.attributes["href"] for n in self.nodes if "href" in n.attributes]

    @property
    def captions(self) -> list[Node]:
        return [node for node in self.nodes if node.tag == "figcaption"]

    @property
    def marks(self) -> list[str]:
        """What hovering over the points of plots says."""
        points = {"circle", "path"}
        return [n.text for n in self.nodes if n.tag == "title" and points & {*n.within}]

    @property
    def coordinates(self) -> list[str]:
        names = ("cx", "cy", "x1", "x2", "y1", "y2", "x", "y", "points", "viewbox")
        return [n.attributes[k] for n in self.nodes for k in names if k in n.attributes]

    def of_class(self, name: str) -> list[Node]:
        return [n for n in self.nodes if n.attributes.get("class") == name]

    def words(self) -> str:
        """All text of the body, in one line."""
        (body,) = (node for node in self.nodes if node.tag == "body")
        return re.sub(r"\s+", " ", body.text)

    def table(self, caption: str) -> list[Node]:
        """The cells of the table whose caption begins so."""
        return self._cells(caption, "table", ("td", "th"), "caption")

    def marked(self, caption: str) -> list[str]:
        """The marked lines of the excerpt whose caption begins so, without numbers."""
        lines = self._cells(caption, "figure", ("span",), "figcaption")
        kept = [n for n in lines if n.attributes.get("class") == "line marked"]
        return [re.sub(r"^ *\d+ ", "", node.text, count=1) for node in kept]

    def _cells(
        self, words: str, outer: str, inner: tuple[str, ...], caption: str
    ) -> list[Node]:
        found: list[Node] = []
        on = False
        for node in self.nodes:
            if node.tag == outer:
                on = False
            elif node.tag == caption and node.text.startswith(words):
                on = True
            elif on and node.tag in inner:
                found.append(node)
        assert found, f"nothing is called {words}"
        return found


def read(markup: str) -> Page:
    """Parse a page, and hold it to what every page must keep."""
    page = Page()
    page.feed(markup)
    page.close()
    assert not page.stack, [node.tag for node in page.stack]
    assert markup.startswith("<!DOCTYPE html>")
    assert len(set(page.ids)) == len(page.ids)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert not re.search(r"(https?:)?//\w|@import|url\(", markup.replace("<!D", ""))
    for node in page.nodes:
        names = node.attributes.keys()
        assert not any(name.startswith("on") or name == "src" for name in names)
        assert node.attributes.get("href", "#").startswith("#")
        if node.tag == "th":
            assert node.attributes["scope"] in ("row", "col", "rowgroup", "colgroup")
        if node.tag == "svg":
            labelled = node.attributes.get("aria-labelledby") in page.ids
            assert labelled or node.attributes.get("aria-hidden") == "true"
    return page
