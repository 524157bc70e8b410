"""PyTorch is set up once, before any model is built."""

from specc_torch.probe import configure

configure(threads=1)
