"""Writes the compiled grammar: ``python -m specc.syntax.compile_grammar``.

To be run after the grammar or Lark's version has changed. Without it everything works,
and every start takes as long as compiling does.
"""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from typing import Any

from lark.grammar import Rule
from lark.lexer import TerminalDef

from .grammar import PACKAGE, TABLE, compile_grammar, grammar_text, made_from

__all__ = ["main", "serialized"]


def main() -> None:
    """Write the table beside the grammar."""
    with as_file(files(PACKAGE) / TABLE) as path:
        path.write_text(serialized(grammar_text()), encoding="utf-8", newline="\n")


def serialized(grammar: str) -> str:
    """The text of the table for a grammar; the same text in every run."""
    compiled = compile_grammar(grammar)
    data, memo = compiled.memo_serialize([TerminalDef, Rule])  # pyright: ignore
    data["parser"]["parser"] = _numbered(data["parser"]["parser"])
    kept = {"made_from": made_from(grammar), "data": data, "memo": memo}
    return json.dumps(kept, separators=(",", ":"), sort_keys=True) + "\n"


def _numbered(table: dict[str, Any]) -> dict[str, Any]:
    """The parse table with states and tokens numbered in an order of their own.

    Lark numbers them in the order of its sets, which differs from run to run.
    """
    names: dict[int, str] = table["tokens"]
    tokens = {name: number for number, name in enumerate(sorted(names.values()))}
    rows: dict[int, dict[str, Any]] = {
        state: dict(sorted((names[token], action) for token, action in row.items()))
        for state, row in table["states"].items()
    }
    order = _reached(rows, table["start_states"].values())
    states = {state: number for number, state in enumerate(order)}

    def moved(action: tuple[int, Any]) -> list[Any]:
        """An action with the new number of the state that it shifts to."""
        kind, target = action
        return [kind, states[target] if kind == _SHIFT else target]

    return {
        "tokens": {number: name for name, number in tokens.items()},
        "states": {
            states[state]: {
                tokens[n]: moved(action) for n, action in rows[state].items()
            }
            for state in order
        },
        "start_states": {n: states[s] for n, s in table["start_states"].items()},
        "end_states": {n: states[s] for n, s in table["end_states"].items()},
    }


#: The number that stands for a shift in Lark's serial form.
_SHIFT = 0


def _reached(rows: dict[int, dict[str, Any]], starts: Any) -> list[int]:
    """All states, in the order in which they are reached."""
    found = list(starts)
    known = set(found)
    for state in found:
        for kind, target in rows[state].values():
            if kind == _SHIFT and target not in known:
                known.add(target)
                found.append(target)
    return found


if __name__ == "__main__":
    main()
