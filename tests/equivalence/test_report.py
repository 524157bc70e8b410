"""The report: what the page says is what the verdict holds, and the page is sound HTML."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from markup import Page, read

from specc.api import Spec
from specc.backend import Emission, backend
from specc.catalog.layers.dropout import Dropout
from specc.cli.init import FIRST
from specc.diagnostics import Source
from specc.emit.lowering import Table
from specc.emit.uses import obstacles, uses
from specc.pipeline import compile_program
from specc.verify import Verdict, WorkerPool, annotated, refused, render, verify
from specc.verify.faults import plant
from specc.verify.faults.edits import swap
from specc.verify.report import Entry, is_report, page

pytestmark = pytest.mark.xdist_group("equivalence")

SIDES = ("torch", "reference")
SPEC = Spec(Source("first.nnspec", FIRST))


def entry(verdict: Verdict, programs: dict[str, str] | None = None) -> Entry:
    programs = programs or {side: SPEC.compile(side) for side in SIDES}
    return Entry("first.nnspec", verdict, spec=FIRST, programs=programs)


def damaged(
    pool: WorkerPool, pattern: str, replacement: str
) -> tuple[Entry, Page, str]:
    """The entry and page of the first spec with a fault in its PyTorch program."""
    checked = SPEC.trained()
    training = checked.program.training
    assert training is not None
    emissions: dict[str, Emission] = {}
    for side in SIDES:
        made = compile_program(checked, backend(side)).emission
        assert made is not None
        emissions[side] = made
    text = plant(swap(pattern, replacement), emissions["torch"].text)
    emissions["torch"] = dataclasses.replace(emissions["torch"], text=text)
    batches = SPEC.prepare().batches(training)
    verdict = verify(checked.program, checked.origins, emissions, batches, 4, pool=pool)
    found = entry(verdict, {side: made.text for side, made in emissions.items()})
    return found, read(page([found])), text


@pytest.fixture(scope="module")
def sound(pool: WorkerPool) -> Verdict:
    verdict = SPEC.verify(backends=("torch", "keras", "reference"), steps=12, pool=pool)
    assert verdict.equal
    return verdict


def numbers(page: Page, name: str) -> list[float]:
    """All digits of the numbers in a table."""
    cells = page.table(name)
    return [float(cell.attributes["title"]) for cell in cells if cell.exact]


# What an equal verdict says -----------------------------------------------------


def test_the_numbers_are_those_of_the_json(sound: Verdict) -> None:
    data = json.loads(json.dumps(sound.to_json()))
    shown = numbers(read(page([entry(sound)])), "Steps of the comparison")
    for check in data["checks"]:
        assert check["worst"] in shown or check["precision"] == "float32"
        assert check["gate"] in shown
        for errors in check["errors"].values():
            assert set(errors) <= set(check["tensors"])
    worst = [
        max(size for by in check["errors"].values() for size in by.values())
        for check in data["checks"]
        if check["precision"] == "float32"
    ]
    assert worst
    assert set(worst) <= set(shown)


def test_every_part_is_a_row(sound: Verdict) -> None:
    found = read(page([entry(sound)]))
    text = found.words()
    assert f" equal, over {sound.steps} steps" in text
    assert f"{sound.compared:,} of {sound.compared:,}" in text
    heads = [cell.text for cell in found.table("Steps of the comparison") if cell.head]
    wanted = {f"{check.part} {check.unit}" for check in sound.checks}
    assert {name.split(" ratio of ")[0].strip() for name in wanted} <= {
        " ".join(head.split()) for head in heads
    }
    assert len(found.of_class("mark passed")) == len(sound.checks)
    assert not found.of_class("mark failed")


def test_errors_have_their_course_over_the_steps(sound: Verdict) -> None:
    traces = {
        (check.precision, trace.sort, trace.sides): trace
        for check in sound.checks
        for trace in check.traces
        if check.part in ("state after steps", "state after a step")
    }
    pair = "torch|reference"
    for sort in ("parameters", "slots"):
        assert traces["float64", sort, pair].steps == tuple(range(1, 13))
        assert all(0 < error < 1e-11 for error in traces["float64", sort, pair].errors)
    assert max(traces["float64", "counters", pair].errors) == 0.0


def test_plots_have_all_points(sound: Verdict) -> None:
    found = read(page([entry(sound)]))
    titles = [c.text for c in found.captions if "float" in c.text]
    assert titles == [
        f"{what}, {precision}{more}"
        for what, single in (
            ("Nodes alone", ""),
            ("Outputs by layer", ""),
            ("Gradients by weight", ""),
            ("Training by step", ", single steps"),
        )
        for precision, more in (("float64", ""), ("float32", single))
    ]
    program = SPEC.trained().program
    for call in program.network.calls:
        for title in ("torch and keras", "torch and reference, odd batches", "torch"):
            assert any(
                mark.startswith(f"{call.name}, {title}: ") for mark in found.marks
            )
    outputs = {
        size
        for check in sound.checks
        if check.part.startswith("outputs in") and "after" not in check.part
        for errors in check.errors.values()
        for size in errors.values()
    }
    assert {float(mark.rsplit(": ")[1]) for mark in found.marks} & outputs


def test_plots_can_be_read(sound: Verdict) -> None:
    """Titles on the axes, a break before 0, a bound in each, and marks for each backend."""
    found = read(page([entry(sound)]))
    plots = len([c for c in found.captions if "float" in c.text])
    words = found.words()
    assert words.count("relative error, log scale") == plots
    assert words.count("exactly 0") == plots
    assert len(found.of_class("break")) == 2 * plots
    assert len(found.of_class("gate")) >= 2 * plots
    for axis in ("layer, in the order of the network", "weight", "step"):
        assert axis in words
    for sort in ("parameters", "slots"):
        for side in ("torch", "keras"):
            assert f" {sort} of {side} " in words
    shapes = {n.tag for n in found.nodes if "c0 s1" in n.attributes.get("class", "")}
    assert "path" in shapes, "the second backend has marks of another shape"


def test_the_portability_table_has_the_constructs_of_the_spec(sound: Verdict) -> None:
    program = SPEC.trained().program
    used = dict.fromkeys(use.construct.keyword for use in uses(program))
    assert [item.keyword for item in sound.portability] == list(used)
    text = read(page([entry(sound)])).words()
    for item in sound.portability:
        for side, standing in item.backends.items():
            construct = next(
                use.construct
                for use in uses(program)
                if use.construct.keyword == item.keyword
            )
            lowering = backend(side).table.lowering(construct)
            assert standing.how == ("exact" if lowering.exact else "emulated")
            assert standing.text == lowering.how
            assert lowering.how in text
            assert bool(standing.errors) == (side != "reference"), item.keyword
            assert all(0 <= size < 1e-4 for size in standing.errors.values())
    table = read(page([entry(sound)])).table("Constructs of this spec")
    shown = {float(cell.attributes["title"]) for cell in table if cell.exact}
    measured = {
        size
        for item in sound.portability
        for standing in item.backends.values()
        for size in standing.errors.values()
    }
    assert shown == measured
    dense = next(item for item in sound.portability if item.keyword == "Dense")
    assert [place.line for place in dense.places] == [20, 22, 23]


def test_it_says_under_what_it_was_made(sound: Verdict) -> None:
    text = read(page([entry(sound)])).words()
    for words in ("seed 42", "cpu, one thread", "torch 2.", "numpy 2."):
        assert words in text


def test_what_is_no_relative_difference_says_so(sound: Verdict) -> None:
    """The Kolmogorov statistic of honest weights is near 1: no error of that size."""
    (law,) = (check for check in sound.checks if check.part.startswith("distribution"))
    assert law.unit
    assert law.worst > 0.1
    found = read(page([entry(sound)]))
    (worst,) = re.findall(r"Worst error in float64 (\S+)", found.words())
    relative = [
        c.worst for c in sound.checks if c.precision == "float64" and not c.unit
    ]
    assert worst == f"{max(relative):.2g}"
    assert max(relative) < 1e-9
    assert law.unit in found.words()
    assert f"of the {law.part}: {law.unit}" in render(sound)


def test_only_rows_that_apply_are_there(sound: Verdict) -> None:
    """The first spec neither clips nor penalizes, but has held-out data."""
    parts = {check.part for check in sound.checks}
    assert "held-out figures" in parts
    assert not {part for part in parts if part.startswith(("clipped", "penalty"))}
    assert all(check.expected for check in sound.checks)


def test_layers_are_charged_with_their_own_errors(sound: Verdict) -> None:
    """Flatten moves numbers and makes none; rounding of what follows is not its own."""
    (flatten,) = (item for item in sound.portability if item.keyword == "Flatten")
    for side in ("torch", "keras"):
        assert flatten.backends[side].errors == {"float64": 0.0, "float32": 0.0}
    heads = [cell.text for cell in read(page([entry(sound)])).table("Constructs")]
    assert {"Error in float64", "Error in float32"} <= {head.strip() for head in heads}


def test_a_line_with_several_uses_is_named_once(sound: Verdict) -> None:
    item = sound.portability[0]
    place = item.places[0]
    several = dataclasses.replace(item, places=(place, place, place))
    verdict = dataclasses.replace(sound, portability=(several,))
    words = read(page([entry(verdict)])).words()
    assert f"{item.family} line {place.line} " in words


def test_what_is_excused_is_listed_with_its_evidence(sound: Verdict) -> None:
    evidence = "on the batch zeros keras is off by 0.0001, and torch moves by 0.17"
    checks = tuple(
        dataclasses.replace(c, excused={"dense_1": evidence} if c.worst == 0 else {})
        for c in sound.checks
    )
    found = read(page([entry(dataclasses.replace(sound, checks=checks))]))
    assert f"dense_1 beyond the gate, {evidence}" in found.words()


# What other verdicts say ----------------------------------------------------------


def test_a_difference_shows_the_guilty_lines(pool: WorkerPool) -> None:
    found, html, text = damaged(pool, r"Dropout\(p=0\.2\)", "Dropout(p=0.3)")
    assert found.verdict is not None
    assert found.verdict.outcome == "different"
    first = found.verdict.differences[0]
    assert (first.node, str(first.place)) == ("dropout_1", "first.nnspec:21")
    assert "different at dropout_1 (first.nnspec:21)" in html.words()
    assert "  Dropout(0.2)" in html.marked("The spec: first.nnspec:21")
    lines = html.marked("The torch program")
    assert lines == [
        "        self.dropout_1 = Dropout(p=0.3)",
        "        x = self.dropout_1(x)",
    ]
    assert html.marked("The reference program") == [
        '    model.add("dropout_1", Dropout(rate=0.2), ["dense_1"])'
    ]
    emitted = text.split("\n")
    spans = first.emitted["torch"]
    assert [emitted[n - 1] for a, b in spans for n in range(a, b + 1)] == lines
    assert first.size in numbers(html, "How far the sides are apart")
    assert html.of_class("mark failed")


def test_a_fault_of_the_update_shows_the_step(pool: WorkerPool) -> None:
    found, html, _ = damaged(pool, r"state\.optimizer\.step\(\)", "pass")
    verdict = found.verdict
    assert verdict is not None
    later = verdict.steps - 1
    state = next(c for c in verdict.checks if c.part == "state after steps")
    assert state.left_out == later * (state.expected - state.left_out) > 0
    said = f"{verdict.compared:,} of {verdict.expected:,}"
    assert f"{said}, stopped at the first difference" in html.words()
    assert f"stopped at the first difference: {said} tensors" in render(verdict)
    lines = html.marked("The torch program")
    assert any(line.startswith("def train_step(") for line in lines)
    assert "    pass" in lines


def test_a_program_that_raises_is_shown_at_its_line(pool: WorkerPool) -> None:
    edit = (r"x = self\.dropout_1\(x\)", "x = self.dropout_1(x).no_such()")
    found, html, _ = damaged(pool, *edit)
    assert found.verdict is not None
    assert found.verdict.outcome == "not comparable"
    text = html.words()
    assert " not comparable " in text
    assert "torch could not be compared in dropout_1 (first.nnspec:21)" in text
    assert "no_such" in text
    shown = html.marked("The torch program")
    assert shown == ["        x = self.dropout_1(x).no_such()"]


def test_a_refusal_shows_its_place() -> None:
    checked = SPEC.trained()
    table = Table()
    table.include(backend("torch").table)
    table.refuse(Dropout, "it draws no masks", when=lambda layer: layer.rate < 0.5)
    found = obstacles(table, checked.program)
    verdict = refused("first", ("torch",), {"torch": found}, checked.origins)
    verdict = annotated(verdict, checked.program, checked.origins, {"torch": table})
    html = read(page([entry(verdict, {})]))
    assert verdict.outcome == "refused"
    assert html.of_class("banner refused")
    assert html.marked("The spec: first.nnspec:21") == ["  Dropout(0.2)"]
    assert "it draws no masks" in " ".join(c.text for c in html.table("What a backend"))
    (row,) = (item for item in verdict.portability if item.keyword == "Dropout")
    assert row.backends["torch"].how == "refused"
    assert len(html.of_class("how refused")) == 1


# The page itself ------------------------------------------------------------------


def test_several_specs_have_an_index(sound: Verdict) -> None:
    entries = [
        entry(sound),
        Entry("gone.nnspec", None, why="gone.nnspec cannot be read"),
        dataclasses.replace(entry(sound), file="again.nnspec"),
    ]
    found = read(page(entries))
    assert found.links == ["#spec-1", "#spec-2", "#spec-3"]
    assert set(found.links) <= {f"#{name}" for name in found.ids}
    assert "gone.nnspec cannot be read" in found.words()


HOSTILE = '<script>alert("1")</script>&\x1b[2J\u202e\'"'


def test_hostile_texts_stay_texts(sound: Verdict) -> None:
    hostile = dataclasses.replace(
        sound, name=HOSTILE, notes=(HOSTILE,), environment={HOSTILE: HOSTILE}
    )
    changed = Entry(HOSTILE, hostile, spec=HOSTILE, programs={})
    markup = page([changed, Entry(HOSTILE, None, why=HOSTILE)])
    found = read(markup)
    assert "script" not in found.tags
    assert '<script>alert("1")</script>&<U+001B>[2J<U+202E>' in found.words()
    assert "\u202e" not in markup


@pytest.mark.parametrize("size", [math.inf, math.nan, 0.0, 1e-300])
def test_odd_numbers_are_drawn(sound: Verdict, size: float) -> None:
    def changed(errors: dict[str, Any]) -> dict[str, Any]:
        return {sides: dict.fromkeys(by, size) for sides, by in errors.items()}

    checks = tuple(
        dataclasses.replace(check, worst=size, errors=changed(check.errors))
        for check in sound.checks
    )
    found = read(page([entry(dataclasses.replace(sound, checks=checks))]))
    assert "nan" not in " ".join(found.coordinates)
    assert "inf" not in " ".join(found.coordinates)


def test_a_report_is_known_for_one(sound: Verdict, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert not is_report(file)
    file.write_text(page([entry(sound)]), encoding="utf-8")
    assert is_report(file)
    file.write_text("<!DOCTYPE html><html></html>")
    assert not is_report(file)
