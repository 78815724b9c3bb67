"""Who may do what: one pure table; an actor, an action and a resource come in, yes or no goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from dossier.errors import DossierError

ROLES: dict[str, str] = {
    "team": "办案团队",
    "clerk": "卷宗管理员",
    "scanner": "扫描员",
    "reviewer": "结案审核员（实体）",
    "procedural_reviewer": "结案审核员（程序）",
    "final_manager": "终本管理员",
    "director": "执行局局长",
    "records": "档案员",
    "sub_reader": "副卷查阅人",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "auditor": "审计员",
    "station": "扫描站账号",
    "operator": "内置操作员",
}
# 三员: apart from each other and from every business role, and never in front of a case.
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "auditor"})
# Rights that widen another role and are nobody's by themselves.
CLEARANCES = frozenset({"sub_reader"})
# Who decides, who keeps accounts and who reads the 副卷 signs in with two factors.
SECOND_FACTOR = ADMINISTRATORS | CLEARANCES | {"director", "reviewer", "procedural_reviewer", "final_manager"}
# Nobody sits behind the account of a scanning station: it hands over for its team and sees nothing.
BUSINESS = frozenset(ROLES) - ADMINISTRATORS - {"operator", "station"}


@dataclass(frozen=True)
class Actor:
    """Somebody who acts; team is the id of their team, if any.

    A substitute has their own id, the roles and the team of the person they stand for (stands_for, an id), and both names in login and display.
    A program with a token may do `only` these actions, and never reads the 副卷.
    """

    id: int
    login: str
    display: str
    roles: frozenset[str]
    team: int | None = None
    stands_for: int | None = None
    only: frozenset[str] | None = None

    @property
    def persons(self) -> frozenset[int]:
        """Everybody who acts here: where somebody may not decide about themselves, neither may who stands in for them."""
        return frozenset({self.id} if self.stands_for is None else {self.id, self.stands_for})


@dataclass(frozen=True)
class Resource:
    """What is acted upon: the team of its case, the team and the person that brought it, whether it is of the 副卷, and whether it is placed yet."""

    team: int | None = None
    brought_by: int | None = None
    handed_by: int | None = None
    sub: bool = False
    placed: bool = False


@dataclass(frozen=True)
class Rule:
    """Who may: any of `everywhere`, any of `own_team` when the resource is of the actor's team, or anyone who is signed in."""

    everywhere: frozenset[str] = field(default_factory=frozenset)
    own_team: frozenset[str] = field(default_factory=frozenset)
    anyone: bool = False


def _rule(everywhere: str = "", own_team: str = "") -> Rule:
    return Rule(frozenset(everywhere.split()), frozenset(own_team.split()))


ACTIONS: dict[str, Rule] = {
    "home": Rule(anyone=True),
    "case.list": _rule("team clerk scanner reviewer procedural_reviewer final_manager director records operator"),
    "case.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "case.import": _rule("clerk operator"),
    "case.event": _rule("clerk operator", "team"),
    "case.waive": _rule("director"),
    "case.check": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "case.export": _rule("clerk records operator"),
    "submission.list": _rule("team clerk scanner director operator"),
    "submission.make": _rule("clerk scanner operator", "team"),
    "station.hand_over": _rule("", "station"),
    "submission.read": _rule("clerk scanner director operator", "team"),
    "submission.decide": _rule("clerk operator"),
    "submission.sort": _rule("clerk scanner operator"),
    "submission.take_back": _rule("clerk operator"),
    "submission.transfer": _rule("clerk operator"),
    "submission.dispute": _rule("operator", "team"),
    "submission.rule": _rule("director operator"),
    "announcement.list": _rule("team clerk scanner director operator"),
    "announcement.read": _rule("clerk scanner director operator", "team"),
    "announcement.make": _rule("clerk scanner operator", "team"),
    "announcement.arrive": _rule("clerk scanner operator"),
    "announcement.withdraw": _rule("clerk operator", "team"),
    "review.list": _rule("team clerk reviewer procedural_reviewer final_manager director records operator"),
    "review.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "review.submit": _rule("operator", "team"),
    "review.preaudit": _rule("final_manager"),
    "review.substantive": _rule("reviewer"),
    "review.procedural": _rule("procedural_reviewer"),
    "review.raised": _rule("director"),
    "review.turn": _rule("reviewer procedural_reviewer final_manager director"),
    "sample.read": _rule("reviewer procedural_reviewer director records operator"),
    "sample.draw": _rule("reviewer procedural_reviewer director operator"),
    "sample.score": _rule("reviewer procedural_reviewer director"),
    "page.read": _rule("clerk scanner reviewer procedural_reviewer final_manager director records operator", "team"),
    "page.copy": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "search": _rule("team clerk scanner reviewer procedural_reviewer final_manager director records operator"),
    "user.list": _rule("system_admin security_admin auditor operator"),
    "user.manage": _rule("system_admin operator"),
    "user.grant": _rule("security_admin operator"),
    "notice.own": Rule(anyone=True),
    "delivery.read": _rule("system_admin operator"),
    "delivery.retry": _rule("system_admin operator"),
    "export.read": _rule("clerk system_admin operator"),
    "export.show": _rule("clerk operator"),
    "export.retry": _rule("system_admin operator"),
    "export.acknowledge": _rule("clerk operator"),
    "token.own": Rule(anyone=True),
    "token.any": _rule("operator"),
    "substitute.own": _rule("team clerk scanner reviewer procedural_reviewer final_manager director records"),
    "rules.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator system_admin"),
    "holidays.import": _rule("operator clerk system_admin"),
    "rules.import": _rule("operator system_admin"),
    "learned.train": _rule("operator system_admin"),
    "learned.use": _rule("operator system_admin"),
    "figures.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "loan.list": _rule("team clerk reviewer procedural_reviewer final_manager director records operator"),
    "loan.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "loan.ask": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "loan.approve": _rule("director"),
    "loan.lend": _rule("clerk operator"),
    "loan.extend": _rule("clerk director operator"),
    "loan.end": _rule("clerk operator", "team"),
    "loan.register": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "paper.read": _rule("clerk reviewer procedural_reviewer final_manager director records operator", "team"),
    "paper.move": _rule("clerk records operator"),
    "verify": _rule("operator auditor system_admin"),
    "rebuild": _rule("operator system_admin"),
    "metrics.read": _rule("operator system_admin auditor"),
    "jobs.retry": _rule("operator system_admin"),
    "ledger.read": _rule("operator auditor"),
}

# What the team that brought papers may still do when their case has gone to another team.
LOOKING = frozenset({"submission.read", "page.read"})

# What a token may be given: scope → its Chinese name and its actions. Decisions, accounts and the 副卷 are a person's and in none of them.
SCOPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "read": (
        "查看案件、移送和检索",
        (
            "case.list",
            "case.read",
            "case.check",
            "page.read",
            "search",
            "submission.list",
            "submission.read",
            "announcement.list",
            "announcement.read",
            "figures.read",
            "rules.read",
            "loan.list",
            "loan.read",
            "paper.read",
        ),
    ),
    "submit": (
        "移送材料",
        ("submission.make", "submission.list", "submission.read", "announcement.make", "announcement.list", "announcement.read"),
    ),
    "cases": ("导入案件和事件", ("case.list", "case.import", "case.event")),
    "export": ("导出卷宗", ("case.export",)),
    "acknowledge": ("确认办案系统回传", ("export.acknowledge",)),
    "watch": ("运行监控", ("metrics.read",)),
}


def decide(actor: Actor, action: str, resource: Resource | None = None) -> bool:
    """True when the table allows it. 副卷 needs the role sub_reader besides; an unknown action is a mistake of the program (KeyError).

    A case belongs to its team; of a case without one, papers belong to the team that brought them. When a case goes to another team, the
    one that brought papers may still look at these, unless they are of the 副卷.
    """
    rule = ACTIONS[action]
    resource = resource or Resource()
    if actor.only is not None and (action not in actor.only or resource.sub):
        return False
    if resource.sub and "sub_reader" not in actor.roles:
        return False
    if rule.anyone or actor.roles & rule.everywhere:
        return True
    if actor.team is None or not actor.roles & rule.own_team:
        return False
    if actor.team == (resource.brought_by if resource.team is None else resource.team):
        return True
    return actor.team == resource.brought_by and action in LOOKING and not resource.sub


def could(actor: Actor, action: str) -> bool:
    """True when there may be something that decide() would allow this actor: whether a door shows the way there at all."""
    rule = ACTIONS[action]
    if actor.only is not None and action not in actor.only:
        return False
    return rule.anyone or bool(actor.roles & (rule.everywhere | rule.own_team))


def demand(actor: Actor, action: str, resource: Resource | None = None) -> None:
    """Raises DossierError not_allowed unless decide() says yes."""
    if not decide(actor, action, resource):
        raise DossierError("not_allowed")


def asks_second_factor(roles: Collection[str]) -> bool:
    """Whether one of these roles signs in with two factors."""
    return not SECOND_FACTOR.isdisjoint(roles)


def conflict(roles: Collection[str], *, compact: bool = False) -> tuple[str, str] | None:
    """Two of these roles that one person may not hold together, or None; compact: a small court's system and security administrator may be one."""
    names = [role for role in ROLES if role in roles]
    for first in (role for role in names if role in ADMINISTRATORS):
        for second in names:
            merged = compact and {first, second} == {"system_admin", "security_admin"}
            if second != first and not merged:
                return first, second
    return None


def page_tokens(*, team: int | None, brought_by: int | None, volume: str | None) -> tuple[str, ...]:
    """The tokens under which a page is indexed. team: that of its case; brought_by: that which handed it over; volume None: not placed yet, then
    only these and the desk find it. Page by page they say what decide() says of page.read."""
    if volume == "sub":
        own = brought_by if team is None else team
        return ("sub", *([f"sub:{own}"] if own is not None else []))
    teams = tuple(f"team:{one}" for one in dict.fromkeys((team, brought_by)) if one is not None)
    return ("desk" if volume is None else "main", *teams)


def reader_tokens(actor: Actor) -> tuple[str, ...]:
    """The tokens that an actor holds when searching."""
    tokens: list[str] = []
    if actor.roles & ACTIONS["case.read"].everywhere:
        tokens.append("main")
    if actor.roles & {"clerk", "scanner", "operator"}:
        tokens.append("desk")
    of_team = actor.team is not None and "team" in actor.roles
    if of_team:
        tokens.append(f"team:{actor.team}")
    if "sub_reader" in actor.roles and actor.only is None:
        # A team's clearance is for its own cases: neither hits nor counts tell of the 副卷 of others.
        tokens += ["sub"] if actor.roles & ACTIONS["page.read"].everywhere else [f"sub:{actor.team}"] if of_team else []
    return tuple(tokens)
