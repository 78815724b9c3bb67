"""What time it is: the only place that asks the machine; everything else is given a clock or a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """now() in UTC; today() is the day in Asia/Shanghai."""

    source: Callable[[], datetime] = _now

    def now(self) -> datetime:
        return self.source()

    def today(self) -> date:
        return local(self.source()).date()


def local(moment: datetime) -> datetime:
    """A stored UTC moment as the court's wall clock shows it."""
    return moment.astimezone(SHANGHAI)
