"""Recurrent layers with any activation and one bias."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SimpleRNN(nn.Module):
    """h[t] = activation(x[t] · kernel + h[t − 1] · recurrent_kernel + bias).

    The first h[t − 1] is 0. torch.nn.RNN has tanh and relu only, and two biases, which
    learn twice as fast as one.
    """

    def __init__(
        self,
        features: int,
        units: int,
        activation: nn.Module,
        *,
        bias: bool,
        return_sequences: bool,
        go_backwards: bool,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.weight_ih = nn.Parameter(torch.zeros(units, features))
        self.weight_hh = nn.Parameter(torch.zeros(units, units))
        self.bias = nn.Parameter(torch.zeros(units)) if bias else None

    def forward(self, input: Tensor) -> Tensor:
        """Return all outputs (batch, time, units), or the last one (batch, units)."""
        if self.go_backwards:
            input = input.flip(1)
        # What the inputs add is computed for all steps at once.
        sums = F.linear(input, self.weight_ih, self.bias)
        state = torch.zeros_like(sums[:, 0])
        outputs: list[Tensor] = []
        for step in sums.unbind(1):
            state = self.activation(torch.addmm(step, state, self.weight_hh.T))
            outputs.append(state)
        return torch.stack(outputs, 1) if self.return_sequences else state
