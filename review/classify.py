"""A document's pages to what it is: type, name, a score that means what it says, and the reason in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from review import casenumbers
from review.facts import PageFacts
from review.learned import Opinion
from review.lexicon import Family, Lexicon, Rule
from review.normalise import rows
from review.phrases import first_found, phrase
from review.titles import Match, Title, family_title, find_title, matches

_ALTERNATIVES = 3
_UNDECIDED = 0.45  # nothing in the paper tells the types of a shared title apart
_NO_ZONE = 0.8  # the deciding part of the paper is missing: a person looks
_BARE = 0.8  # what likeness alone must be worth to name a paper that has neither title nor sign: it may be the middle of another
_CLOSE = 0.04  # a rival as near as this makes a title ambiguous


@dataclass(frozen=True)
class Alternative:
    """Another type that it may be; score 0..1 on the same scale."""

    type_id: str
    name: str
    score: float


@dataclass(frozen=True)
class Guess:
    """type_id: None when unknown; name: of the type, else the title as read or 未识别材料. score: chance of being right, 0..1.

    confident: True when no person needs to look. why: the reason, in Chinese. nodes: ids of the nodes that such a paper proves.
    """

    type_id: str | None
    name: str
    score: float
    confident: bool
    why: str
    alternatives: tuple[Alternative, ...] = ()
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Idea:
    """A type that was thought of, how strongly (0..1), and why."""

    type_id: str
    score: float
    why: str


def classify(pages: Sequence[PageFacts], lexicon: Lexicon) -> Guess:
    """What the document with these pages is. Blank pages are passed over; no text gives unknown."""
    written = [page for page in pages if not page.blank and page.lines]
    text = text_of(written)
    if not text:
        return Guess(None, "未识别材料", 0.0, False, "页面上没有可识别的文字")
    title = find_title(written[0], lexicon)
    if (foreign := _foreign(title, text, lexicon)) is not None:
        return foreign
    ideas = _with_learned(_ideas(title, text, lexicon), title, text, lexicon)
    return _guess(ideas, title, text, lexicon)


def text_of(pages: Sequence[PageFacts]) -> str:
    """The compact text of some pages, row after row."""
    return "".join(row.compact for page in pages for row in rows(page))


def _foreign(title: Title | None, text: str, lexicon: Lexicon) -> Guess | None:
    """A paper that belongs in no dossier, unless its whole title is one of the catalogue's."""
    best = max((match.quality for name in title.names for match in matches(name, lexicon)[:1]), default=0.0) if title else 0.0
    if best >= 0.95:
        return None
    for kind in lexicon.foreign:
        ending = next((end for end in kind.titles if title and title.names[-1].endswith(end)), "")
        said = first_found(kind.any, text[:900], slips=False)
        if ending or said:
            name = title.text if title else kind.name
            reason = f"题名以“{ending}”结尾" if ending else f"写有“{said[0].text}”" if said else ""
            return Guess(None, name, 0.1, False, f"像是{kind.name}，不是案卷材料：{reason}")
    return None


def _ideas(title: Title | None, text: str, lexicon: Lexicon) -> list[_Idea]:
    found: dict[str, _Idea] = {}
    named = [idea for name in title.names for idea in _from_title(name, text, lexicon)] if title else []
    for idea in (*named, *_from_signs(text, lexicon, {idea.type_id for idea in named})):
        if idea.type_id not in found or idea.score > found[idea.type_id].score:
            found[idea.type_id] = idea
    return sorted((_everyday(idea, text, lexicon) for idea in found.values()), key=lambda idea: -idea.score)


def _from_title(name: str, text: str, lexicon: Lexicon) -> list[_Idea]:
    direct = matches(name, lexicon)
    best = direct[0].quality if direct else 0.0
    fit, family = max(((family_title(name, one.titles), one) for one in lexicon.families), key=lambda pair: pair[0])
    if (fit >= 0.9 and fit >= best) or (fit >= 0.88 and best < 0.8):
        decided = _decide(name, fit, family, text, lexicon)
        if decided:
            return decided
        return [_idea(name, match, text, lexicon, ceiling=_UNDECIDED) for match in direct[:4]]
    ideas = [_idea(name, match, text, lexicon) for match in direct[:6] if match.quality == 1.0 or best < 1.0]
    rivals = [idea for idea in ideas if idea.score >= max(one.score for one in ideas) - _CLOSE]
    return [replace(idea, score=idea.score * 0.75) for idea in ideas] if len(rivals) > 1 else ideas


def _decide(name: str, fit: float, family: Family, text: str, lexicon: Lexicon) -> list[_Idea]:
    """The first rule whose words stand in the deciding part of the paper; words with a slip in them count when they say more."""
    zone, found = _zone(family, text)
    rules = [rule for rule in family.rules if not rule.number or any(kind in _own_kind(text) for kind in rule.number)]
    fired = [(rule, said) for rule in rules if (said := _fires(rule, zone, slips=False)) is not None]
    slipped = next(((rule, said) for rule in rules if (said := _fires(rule, zone, slips=True)) is not None), None)
    chosen, factor = (fired[0], 1.0) if fired else (slipped, 0.93)
    if chosen is None:
        return []
    if fired and slipped and slipped[0] is not chosen[0] and _length(slipped[1]) > _length(chosen[1]) + 2:
        # 问： would make any record an ordinary one; a longer phrase with one misread character says more, but a person should look.
        chosen, factor = slipped, 0.79
    rule, said = chosen
    score = min(0.98, fit) * factor * _support(rule.type_id, text, lexicon, 0.92) * (1.0 if found else _NO_ZONE)
    ideas = [_Idea(rule.type_id, score, f"题名“{name}”，内容写有“{said}”")]
    others = dict.fromkeys(one.type_id for one, _ in fired if one.type_id != rule.type_id)
    return ideas + [_Idea(other, score * 0.5, "题名相同") for other in list(others)[:_ALTERNATIVES]]


def _length(said: str) -> int:
    return len(said.replace("…", ""))


def _zone(family: Family, text: str) -> tuple[str, bool]:
    """The deciding part of a paper: behind 裁定如下, up to the closing sentences; False and the whole paper when that is not found."""
    for mark in family.zone:
        found = list(mark.exact.finditer(text))
        if found:
            zone = text[found[-1].end() :]
            ends = [place for end in family.until if (place := end.find(zone)) > 0]
            zone = zone[: min(ends)] if ends else zone
            if len(zone) > 3:
                return zone, True
    return text, not family.zone


def _own_kind(text: str) -> str:
    """The kind (执, 执恢, 执异) of the first case number on a paper: the one that it bears."""
    found = next(casenumbers.find(text), None)
    return found.number.kind if found else ""


def _fires(rule: Rule, zone: str, slips: bool) -> str | None:
    """What in the zone lets the rule fire; None when it does not."""
    if any(one.strength(zone, slips=False) for one in rule.none) or not all(one.strength(zone, slips=slips) for one in rule.all):
        return None
    if not rule.any:
        return rule.all[0].seen(zone)
    found = first_found(rule.any, zone, slips=slips)
    return found[0].seen(zone) if found else None


def _support(type_id: str, text: str, lexicon: Lexicon, least: float) -> float:
    """least..1: how many of the type's body phrases are there, one of a few, two of many being enough."""
    phrases = lexicon.type(type_id).body_phrases
    if not phrases:
        return (1 + least) / 2
    hits = sum(1 for one in phrases if phrase(one).strength(text))
    return least + (1 - least) * min(1.0, hits / (1 if len(phrases) < 4 else 2))


def _idea(name: str, match: Match, text: str, lexicon: Lexicon, ceiling: float = 0.99) -> _Idea:
    whole = match.whole(name)
    support = _support(match.type_id, text, lexicon, 0.86 if whole else 0.7)
    reason = f"题名就是“{match.title}”" if name == match.title else f"题名近似“{match.title}”" if whole else f"题名含“{match.title}”"
    return _Idea(match.type_id, min(ceiling, match.quality * support), reason)


def _from_signs(text: str, lexicon: Lexicon, named: set[str]) -> list[_Idea]:
    """Papers without a title. One that bears the title of other types needs more to be taken for such."""
    ideas = []
    for sign in lexicon.signs:
        if len(text) > sign.max_chars or any(one.find(text) >= 0 for one in sign.none):
            continue
        said = [one for one in sign.of if one.strength(text)]
        if len(said) >= sign.at_least:
            score = min(0.94, 0.78 + 0.06 * (len(said) - sign.at_least)) - (0.2 if named and sign.type_id not in named else 0.0)
            ideas.append(_Idea(sign.type_id, score, "写有" + "、".join(f"“{one.seen(text)}”" for one in said[:4])))
    return ideas


def _with_learned(ideas: list[_Idea], title: Title | None, text: str, lexicon: Lexicon) -> list[_Idea]:
    """What the fitted weights add where title and signs leave it open: a second voice for the best idea, or an idea where there is none.

    A second voice counts only when the text without its title is like that type too: the first voice has heard the title already. A title
    that several types share is decided by the words of the rules or by a person, never by likeness.
    """
    best = ideas[0] if ideas else None
    if lexicon.learned is None or (best is not None and best.score >= lexicon.threshold) or (title and shares_title(title.names, lexicon)):
        return ideas
    whole = lexicon.learned.opinions(title.names[0] if title else "", text, 1)[0]
    alone = lexicon.learned.opinions("", text)
    idea = _joined(best, alone, whole, title, lexicon)
    if idea is None:
        return ideas
    others = [one for one in ideas if one.type_id != idea.type_id]
    return sorted((_everyday(idea, text, lexicon), *others), key=lambda one: -one.score)


def _joined(best: _Idea | None, alone: Sequence[Opinion], whole: Opinion, title: Title | None, lexicon: Lexicon) -> _Idea | None:
    """The best idea made stronger, or another in its place; None when the weights have nothing to add. alone: likest first, by the text only."""
    asks, least = lexicon.threshold - 0.01, lexicon.unknown_below
    if whole.type_id is None or whole.chance < (least if title or best else _BARE):
        return None
    agreed, known = whole.type_id == alone[0].type_id, best is not None and best.score >= least
    if best is not None and known and best.type_id == whole.type_id:
        if not agreed and (alone[0].chance >= least or best.type_id not in [one.type_id for one in alone]):
            return None
        voice = whole.chance if whole.sure else min(whole.chance, asks)
        return replace(best, score=min(0.97, 1 - (1 - best.score) * (1 - voice)), why=f"{best.why}；用语也像（{_said(whole)}）")
    if best is not None and known and not (agreed and alone[0].chance > best.score):
        return None
    alone_will_do = whole.sure and agreed and not known and whole.type_id not in lexicon.everyday
    score = whole.chance if alone_will_do else min(whole.chance, asks)
    start = "题名不在目录中" if title else "没有题名"
    return _Idea(whole.type_id, score, f"{start}，用语像“{lexicon.type(whole.type_id).name}”（{_said(whole)}）")


def _said(opinion: Opinion) -> str:
    return "、".join(f"“{word}”" for word in opinion.words)


def shares_title(names: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a bare title is one of those that several types share (执行裁定书, 决定书, 公告)."""
    return any(family_title(name, family.titles) >= 0.9 for name in names for family in lexicon.families)


def _everyday(idea: _Idea, text: str, lexicon: Lexicon) -> _Idea:
    if idea.type_id not in lexicon.everyday or idea.score <= 0.7:
        return idea
    tied = any(word.find(text) >= 0 for word in lexicon.court_words) or any(found.number.enforcement for found in casenumbers.find(text))
    return idea if tied else replace(idea, score=0.7, why=idea.why + "，但看不出与执行案件的联系")


def _guess(ideas: Sequence[_Idea], title: Title | None, text: str, lexicon: Lexicon) -> Guess:
    others = tuple(
        Alternative(idea.type_id, lexicon.type(idea.type_id).name, round(idea.score, 3)) for idea in ideas[1 : 1 + _ALTERNATIVES]
    )
    best = ideas[0] if ideas else None
    if best is None or best.score < lexicon.unknown_below:
        name = title.text if title else "未识别材料"
        why = _why_unknown(best, title)
        near = tuple(Alternative(idea.type_id, lexicon.type(idea.type_id).name, round(idea.score, 3)) for idea in ideas[:_ALTERNATIVES])
        return Guess(None, name, round(best.score if best else 0.0, 3), False, why, near or _by_words(text, lexicon))
    kind = lexicon.type(best.type_id)
    nodes = tuple(node.id for node in lexicon.catalogue.nodes_of(kind.id))
    confident = best.score >= lexicon.threshold
    return Guess(kind.id, kind.name, round(best.score, 3), confident, best.why, others, nodes)


def _why_unknown(best: _Idea | None, title: Title | None) -> str:
    if title is None:
        return "没有题名，也看不出是哪种材料"
    if best is not None and best.score == _UNDECIDED:
        return f"题名“{title.text}”有多种材料共用，内容不足以区分"
    return f"题名“{title.text}”不在材料目录中"


def _by_words(text: str, lexicon: Lexicon) -> tuple[Alternative, ...]:
    """For a paper without a title: the types whose phrases it uses, to spare the clerk a search; never enough to name one."""
    scored = []
    for kind in lexicon.catalogue.types.values():
        hits = sum(1 for one in kind.body_phrases if phrase(one).find(text) >= 0)
        if hits >= 2:
            scored.append(Alternative(kind.id, kind.name, round(0.4 * hits / len(kind.body_phrases), 3)))
    return tuple(sorted(scored, key=lambda one: -one.score)[:_ALTERNATIVES])
