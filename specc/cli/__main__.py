"""`python -m specc.cli`, the same as `specc`."""

from .entry import main

main()
