"""What a backend must pass."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from ..backend import Backend, backend, backends
from ..catalog.construct import Construct
from ..catalog.registry import catalog
from ..emit.lowering import Table
from ..ir import Program
from ..verify.faults import EMITTED
from ..verify.samples import MODELS, bundles
from ..verify.samples.bundles import instances
from .cases import Case
from .dropped import effects
from .errors import Broken, Unsupported
from .running import (
    checkpoints,
    deterministic,
    equal_construct,
    equal_program,
    faults_noticed,
    guarded,
    reasons,
    sample,
    whole,
)
from .text import check_contract, check_probe, check_text
from .workbench import Workbench

__all__ = ["backend_cases"]

#: Import names that writing a program may load, whatever a backend requires.
LIGHT = frozenset({"numpy", "safetensors"})


def backend_cases(name: str) -> Iterator[Case]:
    """All that a backend must pass, the plain things first."""
    if name not in backends():
        yield Case("found by entry point", name, partial(found, name))
        return
    for title, action in (
        ("found by entry point", found),
        ("imports no framework to write", light),
        ("probe", probed),
        ("plans what it refuses", plans),
        ("runs the same twice", deterministic),
        ("resumes from a checkpoint", checkpoints),
        ("refuses damaged weights", guarded),
    ):
        yield Case(title, name, partial(action, name))
    kinds = [k for family in EMITTED for k in catalog().family(family).values()]
    for kind in kinds:
        at = f"{kind.family}/{kind.keyword}"
        yield Case("lowered or refused", at, partial(lowered, kind, name))
        if not any(_taken(instance, name) for instance in instances(kind)):
            continue
        yield Case("text", at, partial(texts, kind, name))
        yield Case("equal", at, partial(equal_construct, kind, name))
        for field, _ in kind.fields():
            action = partial(acts, kind, field, name)
            yield Case("not dropped", f"{at}.{field}", action)
        yield Case("faults noticed", at, partial(faults_noticed, kind, name))
    for model, make in MODELS.items():
        yield Case("equal", f"model {model}", partial(model_equal, make(), name))


def _taken(construct: Construct, name: str) -> bool:
    return backend(name).table.refusal(construct) is None


def found(name: str, bench: Workbench) -> str:
    """It is there under its entry point's name, and says what it is."""
    if name not in backends():
        raise Broken(f"no entry point of the group specc.backends is called {name}")
    side = backend(name)
    if not isinstance(side, Backend):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise Broken(f"the entry point names a {type(side).__name__}")
    if side.name != name:
        raise Broken(f"it calls itself {side.name}")
    if not side.title or not isinstance(side.table, Table):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise Broken("it has no title, or no table")
    if side.missing():
        raise Broken(f"it needs {', '.join(side.missing())}")
    return side.title


_WRITE = """
import hashlib, json, sys
from specc.backend import backend
from specc.ir import Program
name, *heavy = sys.argv[1:]
side = backend(name)
text = side.emit(side.plan(Program.model_validate_json(sys.stdin.read()))).text
loaded = [module for module in heavy if module in sys.modules]
print(json.dumps([hashlib.sha256(text.encode()).hexdigest(), loaded]))
"""


def light(name: str, bench: Workbench) -> str:
    """A fresh process writes the same text without importing the framework."""
    side, program = backend(name), whole(name)
    heavy = sorted(set(side.requires) - LIGHT)
    done = subprocess.run(
        [sys.executable, "-c", _WRITE, name, *heavy],
        input=program.model_dump_json(),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        | {"PYTHONHASHSEED": "4711"},
    )
    if done.returncode:
        raise Broken(done.stderr.strip().rsplit("\n", 1)[-1])
    digest, loaded = json.loads(done.stdout)
    if loaded:
        raise Broken(f"writing a program imports {', '.join(loaded)}")
    text = side.emit(side.plan(program)).text
    if digest != hashlib.sha256(text.encode()).hexdigest():
        raise Broken("another process writes another text for the same program")
    return ", ".join(heavy) or "nothing to import"


def probed(name: str, bench: Workbench) -> str:
    """The probe has the functions that the comparison calls."""
    side = backend(name)
    spec = find_spec(side.probe)
    if spec is None or spec.origin is None:
        raise Broken(f"there is no module {side.probe}")
    check_probe(Path(spec.origin).read_text(encoding="utf-8"))
    return side.probe


def plans(name: str, bench: Workbench) -> str:
    """Planning never fails; every refusal names what and why; plans are plain data."""
    side, refused, count = backend(name), 0, 0
    for title, program in (*bundles(), *((n, make()) for n, make in MODELS.items())):
        plan, count = side.plan(program), count + 1
        json.dumps(plan.describe(), allow_nan=False)
        refused += bool(plan.obstacles)
        for obstacle in plan.obstacles:
            if not obstacle.owner or len(obstacle.why.split()) < 4:
                raise Broken(f"{title}: refused without a reason: {obstacle}")
    return f"{count} programs, {refused} of them refused"


def lowered(kind: type[Construct], name: str, bench: Workbench) -> str:
    """The construct is in the table, or refused with a reason."""
    table, why = backend(name).table, ""
    for instance in instances(kind):
        refusal = table.refusal(instance)
        if refusal is None:
            lowering = table.lowering(instance)
            return f"{'exact' if lowering.exact else 'emulated'}: {lowering.how}"
        why = refusal.why
        if len(why.split()) < 4:
            raise Broken(f"refused without a reason: {why!r}")
    raise Unsupported(why)


def texts(kind: type[Construct], name: str, bench: Workbench) -> str:
    """What is written for the construct keeps the rules, and is the same each time."""
    side, count, why = backend(name), 0, ""
    for instance in instances(kind):
        try:
            program = sample(instance, name)
        except Unsupported as refusal:
            why = str(refusal)
            continue
        emission, count = side.emit(side.plan(program)), count + 1
        check_text(side, program, emission)
        check_contract(program, emission)
        again = Program.model_validate_json(program.model_dump_json())
        if side.emit(side.plan(again)).text != emission.text:
            raise Broken("the same program is written in another way the second time")
    if not count:
        raise Unsupported(why)
    return f"{count} programs"


def acts(kind: type[Construct], field: str, name: str, bench: Workbench) -> str:
    """Another value of a field is written and acts, or is refused."""
    seen = effects(kind, field, (name,), bench)
    if seen.idle:
        raise Broken(f"{field} of {kind.keyword} does nothing")
    for why in seen.refused.values():
        raise Unsupported(why)
    return "acts"


def model_equal(program: Program, name: str, bench: Workbench) -> str:
    """A whole model trains as the judge's does."""
    obstacles = backend(name).obstacles(program)
    if obstacles:
        raise Unsupported(reasons(obstacles))
    return equal_program(program, name, bench)
