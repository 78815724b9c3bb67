"""The JSON door, /api, for who keeps the house running: whether it can work, its queue, its stations, its weights and its ledger go out; retries come in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier import intake
from dossier.desks import house, ledgerbook, stations, training
from dossier.lifecycle import EXPORT, JOB
from dossier.web.describe import (
    DAY,
    LARGEST,
    MOMENT,
    TEXT,
    TRUTH,
    WHOLE,
    WORD,
    asked,
    given,
    listed,
    maybe,
    number,
    obj,
    one_of,
    ref,
    told,
    told_as,
)
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_running", __name__, url_prefix="/api")
_JOB = obj(
    {
        "id": WHOLE,
        "step": TEXT,
        "step_name": TEXT,
        "subject": WHOLE,
        "state": one_of(*JOB.states),
        "state_name": TEXT,
        "attempt": WHOLE,
        "error": maybe(TEXT),
        "created_at": MOMENT,
        "not_before": maybe(MOMENT),
    }
)
_QUEUE = {
    "jobs": obj(dict.fromkeys(JOB.states, WHOLE)),
    "failed": told_as(listed(_JOB, most=house.SHOWN), "已放弃的，新的在前 given up, newest first"),
    "waiting": told_as(listed(_JOB, most=house.SHOWN), "等待和正在办的 waiting and being worked on"),
}
_STATION = obj(
    {
        "name": TEXT,
        "account": TRUTH,
        "team": maybe(TEXT),
        "waiting": WHOLE,
        "refused": WHOLE,
        "loose": WHOLE,
        "readable": TRUTH,
        "last": maybe(obj({"receipt_no": TEXT, "at": MOMENT})),
    }
)
_STATIONS = obj({"watched": TRUTH, "reachable": TRUTH, "stations": listed(_STATION)})
_HOUSE = obj(
    {
        "ready": TRUTH,
        "database": TEXT,
        "sandbox": TEXT,
        "index": one_of("ready", "unavailable"),
        "disk": told_as(obj({"free": WHOLE, "total": WHOLE}), "字节 bytes"),
        **_QUEUE,
        "export": obj(dict.fromkeys(EXPORT.states, WHOLE)),
        "export_way": TEXT,
        "watch": _STATIONS,
        "outbox": told_as(WHOLE, "检索库还没有跟上的变更 changes that the index has not taken up"),
        "events": WHOLE,
    }
)
_RETRY = obj({}, {"job": told_as(number(1, LARGEST), "只这一个任务；不给为全部 this one; else all")})
_EVENTS = {
    "actor": told_as(WORD, "账号的开头 how the login begins"),
    "action": told_as(WORD, "动作的开头，如 case. how the action begins"),
    "case_no": told_as(WORD, "案号 case number"),
    "from": DAY,
    "until": DAY,
    "before": told_as(number(1, LARGEST), "只要序号更小的；上一页的 older only lower numbers: `older` of the answer before"),
}
_EVENT = obj(
    {
        "seq": WHOLE,
        "at": MOMENT,
        "actor": TEXT,
        "action": TEXT,
        "subject": TEXT,
        "case_no": maybe(TEXT),
        "detail": {"type": "object"},
        "hash": TEXT,
    }
)
_LEDGER = obj({"events": listed(_EVENT, most=ledgerbook.AT_ONCE), "older": maybe(WHOLE)})
_WEIGHTS = obj({"version": TEXT, "used": TRUTH, "classes": WHOLE, "ngrams": WHOLE})
_USE = obj({"version": told_as(WORD, f"版本，或 {training.SHIPPED}（随程序发布的） or those that came with the program")})


@desk.get("/house")
@doing("metrics.read")
@told("系统运行情况", "How the house runs", _HOUSE)
def state() -> Any:
    return jsonify(house.state(office(), actor()))


@desk.get("/jobs")
@doing("metrics.read")
@told("后台任务：数量、已放弃的、等待的", "The work queue: how much, what was given up, what waits", obj(_QUEUE))
def jobs() -> Any:
    return jsonify(house.queue(office(), actor()))


@desk.post("/jobs/retry")
@doing("jobs.retry")
@told("已放弃的任务放回队列", "Put given-up work back", obj({"retried": WHOLE}), body=_RETRY, errors=("job_unknown", "job_final"))
def retry() -> Any:
    return jsonify(retried=intake.retry_failed(office(), actor(), given(_RETRY)["job"]))


@desk.get("/stations")
@doing("metrics.read")
@told("各扫描站等待、退回、散放的材料", "What waits, was refused or lies loose at each scanning station", _STATIONS)
def station_list() -> Any:
    return jsonify(stations.state(office(), actor()))


@desk.get("/ledger")
@doing("ledger.read")
@told("日志，新的在前", "The ledger, newest first", _LEDGER, query=_EVENTS, errors=("date_bad",))
def ledger() -> Any:
    which = asked(_EVENTS)
    words = {name: which[name] or "" for name in ("actor", "action", "case_no")}
    wanted = ledgerbook.Asked(**words, first=which["from"], last=which["until"], before=which["before"])
    return jsonify(ledgerbook.events(office(), actor(), wanted))


@desk.post("/ledger/check")
@doing("verify")
@told("逐条重算日志链", "Compute the ledger's chain again", ref("Verified"), body=obj({}))
def check() -> Any:
    return jsonify(ledgerbook.check_chain(office(), actor()))


@desk.get("/classifier")
@doing("rules.read")
@told("识别用的各版权重", "The versions of the learned weights", obj({"versions": listed(_WEIGHTS)}))
def weights() -> Any:
    settings = office().settings
    return jsonify(versions=training.listing(office().rules, settings.default_profile, settings.home))


@desk.post("/classifier/use")
@doing("learned.use")
@told("下次启动起使用这个版本", "Use this version from the next start on", obj({"version": TEXT}), body=_USE, errors=("weights_unknown",))
def use() -> Any:
    version = given(_USE)["version"]
    training.use(office(), actor(), version)
    return jsonify(version=version)
