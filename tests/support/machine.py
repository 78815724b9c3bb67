"""What this machine offers the tests."""

from __future__ import annotations

from scanners.sandbox import SandboxKind, bwrap_works


def sandbox_kinds() -> list[SandboxKind]:
    """Every kind of sandbox that works here; the resource limits always do."""
    return ["bwrap", "rlimits"] if bwrap_works() else ["rlimits"]
