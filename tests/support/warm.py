"""Imported by the server from which worker processes are forked: the rules are read here once, and every worker begins with them."""

from __future__ import annotations

from dossier.app import open_rules

open_rules()
