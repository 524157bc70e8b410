"""Convolution that keeps clear of a fault of a library of PyTorch's."""

from torch import Tensor, nn
from torch.nn import functional as F


class SidewaysConv2d(nn.Conv2d):
    """PyTorch's convolution, computed with rows and columns exchanged.

    For float32 images of one channel kept channels last, strides (1, 2) or (1, more) and
    one column of output, PyTorch 2.13 reads memory beside the image on CPUs.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of images (batch, channel, row, column)."""
        assert isinstance(self.padding, tuple)
        return F.conv2d(
            input.mT,
            self.weight.mT,
            self.bias,
            self.stride[::-1],
            self.padding[::-1],
            self.dilation[::-1],
            self.groups,
        ).mT
