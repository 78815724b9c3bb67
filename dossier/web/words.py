"""How values are told on pages: dates, due days, sizes and states come in, short text in the page's language and CSS classes go out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dossier.listings import text_of
from dossier.web.language import say

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
NEAR = 3  # working days left from which a due day is shown as near

SEVERITIES = {"blocking": "须改正", "warning": "提醒", "unchecked": "须人工核对"}
NODE_STATES = {"present": "已齐", "missing": "缺材料", "overdue": "已超期", "not_yet": "未到", "untracked": "无须材料"}
TOTAL = "合计"
PAGE_STATES = {"expected": "待分页", "decoded": "待识别", "read": "已识别", "unreadable": "无法识别"}
# The colour of a state: red only for what blocks, amber for what waits for somebody.
TONES = {
    "received": "calm", "reading": "calm", "ready": "near", "waiting": "near", "signed_for": "good", "partly_signed_for": "near", "refused": "bad",
    "disputed": "near", "ruled": "calm", "found": "calm", "accepted": "good", "placed": "good", "kept": "good", "set_aside": "calm",
    "open": "calm", "closed": "calm", "frozen": "calm", "archived": "good", "present": "good", "missing": "near", "overdue": "bad",
    "preaudit": "near", "reviewing": "near", "raised": "near", "returned": "bad", "approved": "good", "withdrawn": "quiet",
    "loan.asked": "near", "loan.approved": "near", "loan.declined": "quiet", "loan.withdrawn": "quiet", "loan.out": "calm", "loan.ended": "near",
    "loan.copied": "good", "loan.returned": "good", "not_yet": "quiet",
    "export.queued": "near", "export.sent": "calm", "export.confirmed": "good", "export.rejected": "bad", "export.failed": "bad",
    "untracked": "quiet", "blocking": "bad", "warning": "near", "unchecked": "calm",
}  # fmt: skip


def day(value: str | date | None) -> str:
    """2026-11-21 周六; empty when there is none."""
    if not value:
        return ""
    found = value if isinstance(value, date) else date.fromisoformat(value[:10])
    return f"{found.isoformat()} {say(WEEKDAYS[found.weekday()])}"


def moment(value: str | None) -> str:
    """2026-11-21 周六 14:05; empty when there is none."""
    if not value:
        return ""
    found = datetime.fromisoformat(value)
    return f"{day(found.date())} {found:%H:%M}"


def left(days: int | None) -> str:
    """还剩 3 个工作日 / 今天到期 / 超期 2 个工作日."""
    if days is None:
        return ""
    if days < 0:
        return say("超期 %(n)d 个工作日", n=-days)
    return say("还剩 %(n)d 个工作日", n=days) if days else say("今天到期")


def left_tone(days: int | None) -> str:
    """bad when past, near when close."""
    if days is None:
        return "quiet"
    return "bad" if days < 0 else "near" if days <= NEAR else "calm"


def size(count: int) -> str:
    """Bytes as KB, MB or GB."""
    if count >= 1 << 30:
        return f"{count / (1 << 30):.0f} GB"
    return f"{count / 1_048_576:.1f} MB" if count >= 1_048_576 else f"{max(1, round(count / 1024))} KB"


def pages_text(first: int | None, last: int | None) -> str:
    """12 or 12-15; empty when not numbered."""
    if first is None:
        return ""
    return str(first) if last in (None, first) else f"{first}-{last}"


def money(value: str | None) -> str:
    """204650.00 → 204,650.00 元."""
    return say("%(amount)s 元", amount=f"{float(value):,.2f}") if value else ""


def severity(name: str) -> str:
    """How a finding's weight is called."""
    return say(SEVERITIES[name])


def node_state(name: str) -> str:
    """How a node's state is called."""
    return say(NODE_STATES[name])


def page_state(name: str) -> str:
    """How a page's state is called."""
    return say(PAGE_STATES[name])


def is_total(cell: object) -> bool:
    """Whether this first cell of a row of figures says that the row is the sum of the others."""
    return cell == TOTAL


def tone(state: str) -> str:
    """The colour class of a state, severity or node state."""
    return TONES.get(state, "calm")


FILTERS: dict[str, Any] = {
    "day": day,
    "moment": moment,
    "left": left,
    "left_tone": left_tone,
    "size": size,
    "pages_text": pages_text,
    "money": money,
    "cell": text_of,
    "is_total": is_total,
    "tone": tone,
    "severity": severity,
    "node_state": node_state,
    "page_state": page_state,
}
