"""Door: the command line. Words come in, verbs of the desks are called, JSON or sentences and an exit code go out."""

from dossier.cli.root import main

__all__ = ["main"]
