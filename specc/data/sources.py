"""Opening any source: which function opens which construct."""

from ..catalog.sources.files import Csv, Npz
from .csv_file import open_csv
from .npz_file import open_npz
from .packaged import PACKAGED, open_packaged
from .table import open_source

__all__ = ["open_source"]

for _kind in PACKAGED:
    open_source.register(_kind, open_packaged)
open_source.register(Csv, open_csv)
open_source.register(Npz, open_npz)
