"""The states of each kind of record and the only ways between them; SQL CHECKs, buttons, API verbs and tests come from these tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dossier.errors import DossierError


@dataclass(frozen=True)
class Machine:
    """One state machine: (state, act) → next state; names tells each state and act in Chinese."""

    name: str
    label: str
    start: str
    moves: Mapping[tuple[str, str], str]
    names: Mapping[str, str]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state once, the start first, in the order of the table."""
        return tuple(dict.fromkeys((self.start, *self.moves.values())))

    def allowed(self, state: str) -> tuple[str, ...]:
        """The acts that are possible from `state`."""
        return tuple(act for (origin, act) in self.moves if origin == state)

    def move(self, state: str, act: str) -> str:
        """The next state; raises DossierError move_refused."""
        try:
            return self.moves[state, act]
        except KeyError:
            raise DossierError(
                "move_refused",
                machine=self.label,
                machine_en=self.name,
                state=self.names.get(state, state),
                act=self.names.get(act, act),
                act_en=act,
            ) from None

    def replay(self, acts: Iterable[str]) -> str:
        """The state that a history of acts leads to."""
        state = self.start
        for act in acts:
            state = self.move(state, act)
        return state

    def check_sql(self, column: str = "state") -> str:
        """The SQL condition that only allows this machine's states."""
        return f"{column} IN ({', '.join(repr(state) for state in self.states)})"


SUBMISSION = Machine(
    "submission",
    "移送",
    "received",
    {
        ("received", "read"): "reading",
        ("reading", "hold"): "waiting",
        ("reading", "sign"): "signed_for",
        ("reading", "refuse"): "refused",
        ("waiting", "sign"): "signed_for",
        ("waiting", "sign_part"): "partly_signed_for",
        ("waiting", "refuse"): "refused",
        ("refused", "dispute"): "disputed",
        ("partly_signed_for", "dispute"): "disputed",
        ("disputed", "rule"): "ruled",
        ("signed_for", "take_back"): "waiting",
        ("partly_signed_for", "take_back"): "waiting",
        ("waiting", "withdraw"): "withdrawn",
        ("reading", "show"): "ready",
        ("ready", "hand_over"): "reading",
        ("ready", "drop"): "withdrawn",
    },
    {
        "received": "已收到", "reading": "识别中", "waiting": "待审核", "signed_for": "已签收", "partly_signed_for": "部分签收",
        "refused": "不予签收", "disputed": "争议待决定", "ruled": "已决定", "withdrawn": "已撤销", "ready": "待移送",
        "read": "识别", "hold": "转人工审核", "sign": "签收", "sign_part": "部分签收", "refuse": "不予签收", "dispute": "提出争议", "rule": "作出决定",
        "take_back": "撤回签收", "withdraw": "撤销", "show": "交团队查看", "hand_over": "移送", "drop": "不移送",
    },
)  # fmt: skip

FILE = Machine(
    "file",
    "文件",
    "received",
    {("received", "split"): "split"},
    {"received": "已收到", "split": "已分页"},
)

PAGE = Machine(
    "page",
    "页",
    "expected",
    {
        ("expected", "decode"): "decoded",
        ("decoded", "read"): "read",
        ("expected", "give_up"): "unreadable",
        ("decoded", "give_up"): "unreadable",
        ("unreadable", "retry"): "expected",
    },
    {"expected": "待分页", "decoded": "待识别", "read": "已识别", "unreadable": "无法识别", "give_up": "转人工查看", "retry": "重试"},
)

DOCUMENT = Machine(
    "document",
    "材料",
    "found",
    {
        ("found", "accept"): "accepted",
        ("found", "refuse"): "refused",
        ("refused", "overrule"): "accepted",
        ("accepted", "place"): "placed",
        ("accepted", "keep"): "kept",
        ("found", "set_aside"): "set_aside",
        ("set_aside", "take_up"): "found",
        ("accepted", "take_back"): "found",
        ("placed", "take_back"): "found",
        ("kept", "take_back"): "found",
        ("refused", "take_back"): "found",
    },
    {
        "found": "已识别", "accepted": "已签收", "refused": "不予签收", "placed": "已入卷", "kept": "已登记（不入卷）", "set_aside": "不归档",
        "accept": "签收", "refuse": "不予签收", "overrule": "按决定签收", "place": "入卷", "keep": "登记", "take_back": "撤回签收",
        "take_up": "恢复归档",
    },
)  # fmt: skip

CASE = Machine(
    "case",
    "案件",
    "open",
    {
        ("open", "close"): "closed",
        ("closed", "reopen"): "open",
        ("closed", "freeze"): "frozen",
        ("frozen", "thaw"): "closed",
        ("frozen", "archive"): "archived",
    },
    {
        "open": "在办", "closed": "已结案", "frozen": "已固化", "archived": "已归档",
        "close": "结案", "reopen": "撤销结案", "freeze": "固化", "thaw": "解除固化", "archive": "归档",
    },
)  # fmt: skip

JOB = Machine(
    "job",
    "任务",
    "queued",
    {
        ("queued", "lease"): "leased",
        ("leased", "finish"): "done",
        ("leased", "retry"): "queued",
        ("leased", "give_up"): "failed",
        ("failed", "retry"): "queued",
    },
    {
        "queued": "排队",
        "leased": "处理中",
        "done": "完成",
        "failed": "失败",
        "lease": "领取",
        "finish": "完成",
        "retry": "重试",
        "give_up": "放弃",
    },
)

# out, reading and copying share the way; a desk asks LOAN_ONLY which acts a kind has.
LOAN = Machine(
    "loan",
    "借阅",
    "asked",
    {
        ("asked", "approve"): "approved",
        ("asked", "decline"): "declined",
        ("asked", "withdraw"): "withdrawn",
        ("approved", "withdraw"): "withdrawn",
        ("approved", "hand_out"): "out",
        ("approved", "copy"): "copied",
        ("out", "extend"): "out",
        ("out", "end_reason"): "ended",
        ("out", "check_in"): "out",
        ("out", "return"): "returned",
        ("ended", "check_in"): "ended",
        ("ended", "return"): "returned",
    },
    {
        "asked": "待批准", "approved": "待发放", "declined": "不同意", "withdrawn": "已撤回", "out": "借出中", "copied": "已复制", "ended": "待归还",
        "returned": "已归还", "approve": "批准", "decline": "不予批准", "withdraw": "撤回", "hand_out": "发放", "copy": "登记复制", "extend": "延期",
        "end_reason": "登记事由消失", "check_in": "清点部分归还", "return": "归还",
    },
)  # fmt: skip
LOAN_KINDS = {"out": "借出", "reading": "借阅", "copying": "复制"}
LOAN_ONLY = {"hand_out": ("out", "reading"), "copy": ("copying",)}
PAPER_OUT = ("out", "ended")

REVIEW = Machine(
    "review",
    "结案审核",
    "submitted",
    {
        ("submitted", "ask_preaudit"): "preaudit",
        ("submitted", "begin"): "reviewing",
        ("preaudit", "begin"): "reviewing",
        ("preaudit", "return"): "returned",
        ("preaudit", "withdraw"): "withdrawn",
        ("reviewing", "raise"): "raised",
        ("reviewing", "approve"): "approved",
        ("reviewing", "return"): "returned",
        ("reviewing", "withdraw"): "withdrawn",
        ("raised", "approve"): "approved",
        ("raised", "return"): "returned",
        ("raised", "withdraw"): "withdrawn",
    },
    {
        "submitted": "已报结", "preaudit": "待预审核", "reviewing": "审核中", "raised": "待提级审核", "approved": "准予结案",
        "returned": "已退回", "withdrawn": "已撤回",
        "ask_preaudit": "提请预审核", "begin": "开始审核", "raise": "提级审核", "approve": "准予结案", "return": "退回", "withdraw": "撤回",
    },
)  # fmt: skip

ANNOUNCEMENT = Machine(
    "announcement",
    "稍后移送",
    "announced",
    {
        ("announced", "arrive"): "arrived",
        ("announced", "withdraw"): "withdrawn",
        ("arrived", "undo"): "announced",
    },
    {
        "announced": "待送达", "arrived": "已送达", "withdrawn": "已撤回",
        "arrive": "登记送达", "withdraw": "撤回", "undo": "撤销送达登记",
    },
)  # fmt: skip

# What is told to the process system. Word of the other side counts whenever it comes: a try that seemed to fail may have arrived.
EXPORT = Machine(
    "export",
    "回传消息",
    "queued",
    {
        ("queued", "send"): "sent",
        ("queued", "confirm"): "confirmed",
        ("queued", "reject"): "rejected",
        ("queued", "give_up"): "failed",
        ("sent", "confirm"): "confirmed",
        ("sent", "reject"): "rejected",
        ("sent", "retry"): "queued",
        ("failed", "confirm"): "confirmed",
        ("failed", "reject"): "rejected",
        ("failed", "retry"): "queued",
        ("rejected", "confirm"): "confirmed",
        ("rejected", "retry"): "queued",
    },
    {
        "queued": "待发送", "sent": "已发送待确认", "confirmed": "已确认", "rejected": "对方拒收", "failed": "发送失败",
        "send": "发送", "confirm": "确认", "reject": "拒收", "give_up": "放弃", "retry": "重发",
    },
)  # fmt: skip

MACHINES = (SUBMISSION, FILE, PAGE, DOCUMENT, CASE, JOB, LOAN, REVIEW, EXPORT, ANNOUNCEMENT)
