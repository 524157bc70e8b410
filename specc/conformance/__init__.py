"""What a backend or a construct from outside must pass, runnable against all that is installed.

On the command line: ``python -m specc.conformance --backend NAME`` and
``python -m specc.conformance --construct FAMILY/KEYWORD``. In a test suite::

    @pytest.mark.parametrize("case", backend_cases("NAME"), ids=str)
    def test_conformance(case):
        case.check()

Frameworks run in worker processes only.
"""

from .cases import Case, Result
from .of_backend import backend_cases
from .of_construct import construct_cases
from .report import Report, run
from .workbench import Workbench

__all__ = [
    "Case",
    "Report",
    "Result",
    "Workbench",
    "backend_cases",
    "construct_cases",
    "run",
]
