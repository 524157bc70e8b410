"""The one layout of a text: what goes on a line, and where long lines are broken."""

from __future__ import annotations

from .layout_parts import Body, Entry, Group, Item, Part, Remark, Statement
from .spacing import spaced
from .tokens import Token

__all__ = ["WIDTH", "lines_of"]

#: Columns of a line, at most, where it can be broken.
WIDTH = 88
_STEP = 2


def lines_of(entries: list[Entry], indent: int = 0) -> list[str]:
    """The lines of entries, each indented by so many spaces."""
    lines: list[str] = []
    before: Entry | None = None
    for entry in entries:
        if entry.blank or (indent == 0 and _set_off(before, entry)):
            lines.append("")
        before = entry
        if isinstance(entry, Remark):
            lines.append(" " * indent + entry.text)
        else:
            lines += _statement(entry, indent)
    return lines


def _set_off(before: Entry | None, entry: Entry) -> bool:
    """Whether an empty line stands between two entries outside of all blocks."""
    if not isinstance(before, Statement):
        return False
    return before.is_block or (isinstance(entry, Statement) and entry.is_block)


# Statements -------------------------------------------------------------------------


def _statement(statement: Statement, indent: int) -> list[str]:
    lines = _short_block(statement, indent) or _pieces(statement, indent)
    return _remarked(lines, statement.comment)


def _pieces(statement: Statement, indent: int) -> list[str]:
    """Heads and bodies in turn; a head after the first goes on the line of a brace."""
    lines: list[str] = []
    prefix = ""
    for piece, following in zip(
        statement.pieces, [*statement.pieces[1:], None], strict=True
    ):
        if isinstance(piece, Body):
            inside = lines_of(piece.entries, indent + _STEP)
            lines[-1:] = _remarked(lines[-1:], piece.comment)
            if inside or piece.comment:
                lines += inside
                prefix = "} "
            else:
                prefix = f"{lines.pop().lstrip()}}} "
        else:
            suffix = " {" if isinstance(following, Body) else ""
            lines += _chain(piece, indent, prefix, suffix)
            prefix = ""
    if prefix:
        lines.append(" " * indent + prefix.rstrip())
    return lines


def _short_block(statement: Statement, indent: int) -> list[str] | None:
    """A block on one line, if it was written so and fits."""
    pieces: list[str] = []
    for piece in statement.pieces:
        if isinstance(piece, Body):
            if not piece.one_line:
                return None
            pieces.append(_short_body(piece))
        elif any(link.remarked for link in piece):
            return None
        else:
            pieces.append(_flat_chain(piece))
    line = " " * indent + " ".join(pieces)
    return [line] if statement.is_block and len(line) <= WIDTH else None


def _short_body(body: Body) -> str:
    inside = [
        _flat_chain(piece)
        for entry in body.entries
        if isinstance(entry, Statement)
        for piece in entry.pieces
        if not isinstance(piece, Body)
    ]
    return f"{{ {'; '.join(inside)} }}" if inside else "{}"


def _remarked(lines: list[str], comments: list[str]) -> list[str]:
    """The lines with comments beside the last."""
    if comments:
        lines[-1] = "  ".join([lines[-1], *comments])
    return lines


# Chains and brackets ----------------------------------------------------------------


def _chain(links: list[Item], indent: int, prefix: str, suffix: str) -> list[str]:
    flat = " " * indent + prefix + _flat_chain(links) + suffix
    if len(flat) <= WIDTH and not any(link.remarked for link in links):
        return [flat]
    first, *rest = links
    lines = _parts(first.parts, indent, prefix, "" if rest else suffix)
    lines = _remarked(lines, first.after)
    for link in rest:
        lines += [" " * (indent + _STEP) + text for text in link.before]
        end = suffix if link is rest[-1] else ""
        broken = _parts(link.parts, indent + _STEP, "-> ", end)
        lines += _remarked(broken, link.after)
    return lines


def _flat_chain(links: list[Item]) -> str:
    return " -> ".join(spaced(_tokens(link.parts)) for link in links)


def _tokens(parts: list[Part]) -> list[Token]:
    """All tokens of some parts, in order; no comma before a closing bracket."""
    found: list[Token] = []
    for part in parts:
        if isinstance(part, Token):
            found.append(part)
            continue
        found.append(part.opener)
        for index, item in enumerate(part.items):
            if index > 0:
                found.append(part.opener.after("COMMA", ","))
            found += _tokens(item.parts)
        found.append(part.closer)
    return found


def _parts(parts: list[Part], indent: int, prefix: str, suffix: str) -> list[str]:
    """The parts of an item, its brackets broken where it is too long or has comments."""
    flat = " " * indent + prefix + spaced(_tokens(parts)) + suffix
    groups = [part for part in parts if isinstance(part, Group)]
    broken = [group for group in groups if group.remarked]
    full = [group for group in groups if group.items]
    if not broken and (len(flat) <= WIDTH or not full):
        return [flat]
    lines = _broken(parts, broken or full[-1:], indent, prefix, suffix)
    if len(lines[0]) > WIDTH and len(full) > len(broken or full[-1:]):
        return _broken(parts, [*full, *broken], indent, prefix, suffix)
    return lines


def _broken(
    parts: list[Part], groups: list[Group], indent: int, prefix: str, suffix: str
) -> list[str]:
    lines: list[str] = []
    line: list[Token] = []
    for part in parts:
        if not any(part is group for group in groups):
            line += _tokens([part])
            continue
        assert isinstance(part, Group)
        lines.append(" " * indent + prefix + spaced([*line, part.opener]))
        lines += _inside(part, indent + _STEP)
        line, prefix = [part.closer], ""
    lines.append(" " * indent + spaced(line) + suffix)
    return lines


def _inside(group: Group, indent: int) -> list[str]:
    """The items of a bracket on lines of their own."""
    if not group.remarked and len(group.items) > 1 and all(map(_simple, group.items)):
        return _filled(group, indent)
    lines: list[str] = []
    for item in group.items:
        lines += [" " * indent + text for text in item.before]
        comma = "," if group.listed or item is not group.items[-1] else ""
        lines += _remarked(_parts(item.parts, indent, "", comma), item.after)
    return lines + [" " * indent + text for text in group.dangling]


def _simple(item: Item) -> bool:
    """Whether an item is so short that several go on a line."""
    plain = all(isinstance(p, Token) and p.type != "EQUAL" for p in item.parts)
    return plain and len(item.parts) <= 2


def _filled(group: Group, indent: int) -> list[str]:
    """Short items, as many on a line as fit."""
    lines: list[str] = []
    for item in group.items:
        last = item is group.items[-1] and not group.listed
        text = spaced(_tokens(item.parts)) + ("" if last else ",")
        if lines and len(lines[-1]) + 1 + len(text) <= WIDTH:
            lines[-1] += f" {text}"
        else:
            lines.append(" " * indent + text)
    return lines
