"""``python -m hedger`` is the command ``hedger``."""

from hedger.cli import main

main()
