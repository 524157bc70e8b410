"""Data: from a source to arrays ready for training, the same for every backend.

source --keep, take--> rows --split--> parts --standardize …--> arrays --> batches
"""

from .pipeline import prepare, transform
from .prepared import Arrays, Prepared, is_prepared, save_csv, save_npz, write_npz
from .targets import check_targets

__all__ = [
    "Arrays",
    "Prepared",
    "check_targets",
    "is_prepared",
    "prepare",
    "save_csv",
    "save_npz",
    "transform",
    "write_npz",
]
