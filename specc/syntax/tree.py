"""The syntax tree: what was written, where, before any name is looked up.

The tree knows statements and expressions, not constructs: whether ``Dense`` is a layer
is for the resolver to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics.model import Span

__all__ = [
    "Argument",
    "Assertion",
    "Binary",
    "Bindings",
    "Block",
    "Boolean",
    "Broken",
    "Call",
    "Expression",
    "File",
    "Flow",
    "For",
    "Import",
    "Index",
    "InputDecl",
    "ListExpr",
    "Name",
    "Node",
    "Number",
    "Parameter",
    "Quantity",
    "Range",
    "Reuse",
    "Setting",
    "Statement",
    "String",
    "TypeExpr",
    "Unary",
    "Version",
    "Word",
]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place."""

    span: Span


@dataclass(frozen=True, slots=True)
class Word(Node):
    """An identifier, where a name is introduced or a statement is headed."""

    text: str


# Expressions ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An integer or a decimal number; `text` is as written."""

    value: int | float
    text: str


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """A value with its unit: ``20 epochs``, ``10%``, ``(warm * 2) epochs``."""

    value: Expression
    unit: Word


@dataclass(frozen=True, slots=True)
class String(Node):
    """A quoted string, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A bare word, dotted where written so (``output.shape``).

    In ``allow(slug, "reason")`` the slug is one, hyphens and all.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ListExpr(Node):
    """``[a, b, c]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """``low..high``."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument of a call, with its name where one was written."""

    name: Word | None
    value: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``name(arguments)``.

    The parser gives a bare word as a `Name`, in a flow too; `bare` marks the call that
    the resolver puts in the place of one that names a construct.
    """

    name: Word
    arguments: tuple[Argument, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``float32[28, 28]`` in the place of an expression."""

    base: Word
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``-x`` or ``not x``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two operands: arithmetic (+ - * / // % **) or a comparison (< <= > >= == !=)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class For(Node):
    """``value for duration``, as in ``0.01 for 5 epochs``."""

    value: Expression
    duration: Expression


Expression = (
    Number
    | Quantity
    | String
    | Boolean
    | Name
    | ListExpr
    | Range
    | Call
    | Index
    | Unary
    | Binary
    | For
)


@dataclass(frozen=True, slots=True)
class TypeExpr(Node):
    """A type: ``float32[28, 28]`` or ``int``, and its dimensions where it has some."""

    name: Word
    dims: tuple[Expression, ...] | None


# Statements ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow(Node):
    """A chain of layers: ``[kind] [target =] step -> step -> …``.

    `kind` is the word before the target (``output``), if there is one. A sequential
    layer is a flow of one step without a source; a step is a name or a call. In a block
    of layers (model, block, residual, shortcut, and if and repeat in them) ``word =
    name`` and ``word = call`` are flows, elsewhere settings. A call alone on a line is a
    flow everywhere (``standardize(image)`` in data, ``early_stopping(…)`` in train).
    """

    kind: Word | None
    target: Word | None
    steps: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """``key = value`` or ``kind key = value`` (``loss price = mse``)."""

    kind: Word | None
    key: Word
    value: Expression


@dataclass(frozen=True, slots=True)
class InputDecl(Node):
    """``input name: type`` in a model, ``param name: type = default`` in a file."""

    kind: Word
    name: Word
    type: TypeExpr
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Import(Node):
    """``import "blocks.nnspec"``."""

    path: String


@dataclass(frozen=True, slots=True)
class Version(Node):
    """``nnspec 1``."""

    number: Number


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a block, with its type and default."""

    name: Word
    type: TypeExpr
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Bindings(Node):
    """The head of a training: ``train [name:] model on data``."""

    name: Word | None
    model: Word
    data: Word


@dataclass(frozen=True, slots=True)
class Block(Node):
    """``head { body }``: every statement that holds others.

    `kind` is its first word (model, data, train, defaults, block, repeat, residual, if,
    phase, augment …). What follows the kind depends on it: `name` (model, data,
    defaults, block, phase), `parameters` (block), `bindings` (train), `subject` (the
    count or range of repeat, the condition of if) and `variable` (repeat i in a..b).
    `otherwise` is the else part of an if.
    """

    kind: Word
    name: Word | None
    body: tuple[Statement, ...]
    parameters: tuple[Parameter, ...] = ()
    bindings: Bindings | None = None
    subject: Expression | None = None
    variable: Word | None = None
    otherwise: tuple[Statement, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reuse(Node):
    """``reuse body = training [from NAME] [to NAME] [except names]``.

    `origin` is the name of a training, or the folder of a run, a string, where written
    ``from "runs/fashion"``. `first` and `last` may be written as strings: those of layers
    in blocks have a slash.
    """

    target: Word
    origin: Expression
    first: Word | None
    last: Word | None
    without: tuple[String, ...]


@dataclass(frozen=True, slots=True)
class Assertion(Node):
    """``assert condition``."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """A statement that does not follow the grammar, which is reported.

    `kind` is its first word, `names` are the words that it may have declared; `block` says
    whether it had a body.
    """

    kind: str
    names: tuple[str, ...]
    block: bool = False


Statement = (
    Flow | Setting | InputDecl | Import | Version | Block | Reuse | Assertion | Broken
)


@dataclass(frozen=True, slots=True)
class File(Node):
    """A whole source text."""

    statements: tuple[Statement, ...]
