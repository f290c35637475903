"""`python -m lstmhw`."""

from lstmhw.cli import main

main()
