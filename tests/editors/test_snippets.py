"""Every snippet of the extension, with its placeholders filled in, is a piece of a spec."""

import json
import re
from pathlib import Path

import pytest

from specc.diagnostics import RULES, Source
from specc.pipeline import check_source
from specc.syntax.format import format_source

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = json.loads((ROOT / "editors/vscode/snippets/nnspec.json").read_text())

#: What a snippet needs around it; %s is its place.
AROUND = {
    "nnspec": "%s",
    "model": "%s",
    "graph": "%s",
    "data": "%s",
    "block": "%s\n\nmodel M {\n  input x: float32[2]\n  Name(3)\n}\n",
    "param": "%s\n\nmodel M {\n  input x: float32[2]\n  Dense(width)\n}\n",
    "train": "model Model {\n  input features: float32[10]\n  Dense(1)\n}\n\n"
    "data Data {\n  source = diabetes\n}\n\n%s",
    "early_stopping": "model Model {\n  input features: float32[10]\n  Dense(1)\n}\n\n"
    "data Data {\n  source = diabetes\n  validation = 10%%\n}\n\ntrain Model on Data {\n"
    "  loss = mse\n  optimizer = adam\n  epochs = 30\n  %s\n}\n",
    "reduce_on_plateau": "model Model {\n  input features: float32[10]\n  Dense(1)\n}\n\n"
    "data Data {\n  source = diabetes\n  validation = 10%%\n}\n\ntrain Model on Data {\n"
    "  loss = mse\n  optimizer = adam\n  epochs = 30\n  %s\n}\n",
    "phase": "block Base() {\n  Dense(4)\n}\n\nmodel Model {\n  input features: float32[10]\n"
    "  base = Base()\n  Dense(1)\n}\n\ndata Data {\n  source = diabetes\n}\n\n"
    "train Model on Data {\n  loss = mse\n  %s\n}\n",
    "defaults": "model M {\n  input x: float32[2]\n  %s\n  Dense(3, activation = relu)\n}\n",
    "reuse": "model Old {\n  input features: float32[10]\n  hidden = Dense(4)\n  Dense(1)\n}\n\n"
    "data Data {\n  source = diabetes\n}\n\ntrain first: Old on Data {\n  loss = mse\n"
    "  optimizer = sgd(0.1)\n  epochs = 1\n}\n\nmodel New {\n  %s\n  Dense(1)\n}\n",
    "residual": "model M {\n  input x: float32[32]\n  %s\n}\n",
    "repeat": "model M {\n  input x: float32[32]\n  %s\n}\n",
    "allow": "model M {\n  input x: float32[32]\n  Dense(1)\n  %s\n}\n",
}


def filled(body: str | list[str]) -> str:
    """A snippet with the texts that its placeholders show."""
    text = body if isinstance(body, str) else "\n".join(body)
    text = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", text)
    return text.replace("$0", "")


def test_every_snippet_is_tried() -> None:
    assert sorted(item["prefix"] for item in SNIPPETS.values()) == sorted(AROUND)


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet_is_correct(name: str) -> None:
    item = SNIPPETS[name]
    source = Source("x", AROUND[item["prefix"]] % filled(item["body"]))
    checked = check_source(source)
    if item["prefix"] == "allow":
        assert {p.rule for p in checked.problems} == {"unknown-rule"}
        assert "unknown-rule" in RULES
    else:
        assert checked.problems == ()
    lines = format_source(source).splitlines()
    assert {line.strip() for line in filled(item["body"]).split("\n")} <= {
        line.strip() for line in lines
    }
