"""What PyTorch lacks, as real code; emitted programs hold copies of what they use.

The modules here import PyTorch and NumPy alone; importing this package imports neither.
"""
