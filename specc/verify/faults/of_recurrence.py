"""Faults in recurrent layers."""

from __future__ import annotations

from .edits import Edit, add, argument, in_definition, swap, then
from .fault import Family, Fault, Planter

__all__ = ["RECURRENCE_FAULTS"]

torch = Planter("torch", Family.OPERATORS)
keras = Planter("keras", Family.OPERATORS)
NAME = "layer/SimpleRNN"


def _in_torch(pattern: str, replacement: str) -> Edit:
    """An edit of what the layer computes."""
    return in_definition("SimpleRNN.forward", swap(pattern, replacement))


_CELL = """\
class OtherCell(layers.SimpleRNNCell):
    def call(self, sequence: Any, states: Any, training: bool = False) -> Any:
        state, kernel = states[0], self.recurrent_kernel
        sums = keras.ops.matmul(sequence, self.kernel) + {bias}
        state = self.activation(sums + keras.ops.matmul({state}, {kernel}))
        return state, [state]


class OtherRNN(layers.SimpleRNN):
    def __init__(self, *sizes: Any, **options: Any) -> None:
        super().__init__(*sizes, **options)
        self.cell.__class__ = OtherCell
"""


def _in_keras(
    state: str = "state", kernel: str = "kernel", bias: str = "self.bias"
) -> Edit:
    """An edit by which the layer computes a step in another way."""
    code = _CELL.format(state=state, kernel=kernel, bias=bias)
    return then(swap(r"layers\.SimpleRNN\(", "OtherRNN(", None), add(code))


RECURRENCE_FAULTS: list[Fault] = [
    torch(
        "time that goes backwards",
        "series",
        _in_torch(r"if self\.go_backwards", "if not self.go_backwards"),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "states that are turned round again",
        "series",
        _in_torch(
            r"return torch\.stack\(outputs, 1\)", "return torch.stack(outputs[::-1], 1)"
        ),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "a state that is not handed on",
        "series",
        _in_torch(r"step, state,", "step, torch.zeros_like(state),"),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "a gradient that ends at each step",
        "series",
        _in_torch(r"step, state,", "step, state.detach(),"),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "a recurrent kernel in PyTorch's layout",
        "series",
        swap(
            r"\(\"simple_rnn_1\.weight_hh\", \(1, 0\)\)",
            '("simple_rnn_1.weight_hh", (0, 1))',
        ),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "a bias that is left out",
        "series",
        _in_torch(r"self\.bias\)", "0.0 * self.bias)"),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "a bias that learns twice, as the two of torch.nn.RNN do",
        "series",
        _in_torch(r"self\.bias\)", "2.0 * self.bias - self.bias.detach())"),
        "simple_rnn_1",
        construct=NAME,
    ),
    torch(
        "the first state for the last",
        "series",
        _in_torch("else state", "else outputs[0]"),
        "simple_rnn_2",
        construct=NAME,
    ),
    keras(
        "a state that is not handed on",
        "series",
        _in_keras(state="keras.ops.zeros_like(state)"),
        "simple_rnn_1",
        construct=NAME,
    ),
    keras(
        "a gradient that ends at each step",
        "series",
        _in_keras(state="keras.ops.stop_gradient(state)"),
        "simple_rnn_1",
        construct=NAME,
    ),
    keras(
        "a recurrent kernel that is transposed",
        "series",
        _in_keras(kernel="keras.ops.transpose(kernel)"),
        "simple_rnn_1",
        construct=NAME,
    ),
    keras(
        "a bias that is left out",
        "series",
        _in_keras(bias="0.0 * self.bias"),
        "simple_rnn_1",
        construct=NAME,
    ),
    keras(
        "time that goes backwards",
        "series",
        swap(r"\)\(prices\)", ")(keras.ops.flip(prices, 1))"),
        "simple_rnn_1",
        construct=NAME,
    ),
    keras(
        "dropout within a recurrent layer",
        "series",
        argument("layers.SimpleRNN", "dropout", "0.2"),
        "simple_rnn_1",
        construct=NAME,
    ),
]
