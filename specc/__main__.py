"""`python -m specc`, the same as `specc`."""

from specc.cli import main

main()
