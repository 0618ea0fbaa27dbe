"""`python -m rnnlab.cli` is `rnnlab`."""

from rnnlab.cli import main

main()
