"""`python -m devsession` is `devsession`."""

from devsession.cli import main

main()
