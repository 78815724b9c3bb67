"""The shapes of the API's answers: nothing comes in; JSON Schemas by name go out, as the desks write them."""

from __future__ import annotations

from dossier.desks.outgoing import SCHEMA
from dossier.lifecycle import ANNOUNCEMENT, CASE, DOCUMENT, LOAN_KINDS, PAGE, SUBMISSION
from dossier.records.tables import EXPORT_KINDS
from dossier.web.describe import ANY, DAY, MOMENT, NUMBER, TEXT, TRUTH, WHOLE, WORD, Schema, listed, maybe, obj, one_of, ref, told_as
from review.sheets import NAMES as SHEETS

GATE = one_of("handover", "closing", "archiving")
RULES_OF = told_as(WORD, "法院规则代号，或 代号@版本，或 base（公共部分） a court's rules, or one version of them: court@version")
VOLUME = one_of("main", "sub", "pouch")
BOX = listed(NUMBER, least=4, most=4)
ANCHORED = obj({"anchor": TEXT, "on": DAY, "source": TEXT})
BAD_FILE = obj({"name": TEXT, "error": obj({"code": TEXT, "message": TEXT})})
GOOD_FILE = obj({"name": TEXT, "sha256": TEXT, "bytes": WHOLE, "pages": WHOLE})
PLACE = obj({"file": TEXT, "page": WHOLE})

_FINDING = {
    "rule": TEXT,
    "node": maybe(TEXT),
    "document": maybe(TEXT),
    "element": maybe(TEXT),
    "file": maybe(TEXT),
    "page": maybe(WHOLE),
    "severity": one_of("blocking", "warning", "unchecked"),
    "message": TEXT,
    "remedy": TEXT,
    "who": maybe(TEXT),
    "due": maybe(DAY),
    "cite": maybe(TEXT),
}
_PAGE = {
    "id": WHOLE,
    "file": TEXT,
    "page": WHOLE,
    "position": WHOLE,
    "state": one_of(*PAGE.states),
    "blank": maybe(TRUTH),
    "duplicate": TRUTH,
    "sheet": TEXT,
    "rotation": WHOLE,
    "width": maybe(WHOLE),
    "height": maybe(WHOLE),
    "document_id": maybe(WHOLE),
}
_HIT = {
    "page_id": WHOLE,
    "case_no": TEXT,
    "document": maybe(TEXT),
    "type": maybe(TEXT),
    "file": TEXT,
    "page": WHOLE,
    "snippet": TEXT,
}
_EXPORTED = {
    "receipt_no": TEXT,
    "document": WHOLE,
    "state": one_of(*DOCUMENT.states),
    "type": maybe(TEXT),
    "name": maybe(TEXT),
    "nodes": listed(obj({"id": TEXT, "name": TEXT})),
    "case_no": maybe(TEXT),
    "dated": maybe(DAY),
    "pages": WHOLE,
    "volume": maybe(TEXT),
    "serial": maybe(WHOLE),
    "first_page": maybe(WHOLE),
    "last_page": maybe(WHOLE),
    "signed_at": maybe(MOMENT),
    "digest": told_as({**TEXT, "pattern": "^[0-9a-f]{64}$"}, "装订内容的 SHA-256"),
}
_STANDING = {"receipt_no": TEXT, "document": WHOLE, "serial": maybe(WHOLE), "first_page": maybe(WHOLE), "last_page": maybe(WHOLE)}
EXPORT_MESSAGE = obj(
    {
        "schema": {"type": "string", "const": SCHEMA},
        "message": told_as(WHOLE, "消息编号，答复时用 the number to answer with"),
        "case_no": TEXT,
        "number": told_as(WHOLE, "案内序号，只增不减 counts within the case"),
        "kind": one_of(*EXPORT_KINDS),
        "kind_name": TEXT,
        "at": MOMENT,
        "court": TEXT,
        "case_state": one_of(*CASE.states),
    },
    {
        "hand_over": obj(
            {
                "receipt_no": TEXT,
                "state": one_of(*SUBMISSION.states),
                "state_name": TEXT,
                "handed_by": TEXT,
                "handed_at": MOMENT,
                "decided_at": maybe(MOMENT),
                "again_of": maybe(TEXT),
                "addendum": TRUTH,
            }
        ),
        "documents": listed(obj(_EXPORTED)),
        "volumes": listed(obj({"volume": VOLUME, "version": WHOLE, "contents": listed(obj(_STANDING))})),
        "outcome": one_of("sign_as_is", "fix"),
        "to_case": TEXT,
        "from_case": TEXT,
        "review": obj({"mode": TEXT, "closing_paper_of": DAY, "closed_on": maybe(DAY)}),
        "loan": obj(
            {
                "loan_no": TEXT,
                "kind": one_of(*LOAN_KINDS),
                "kind_name": TEXT,
                "volume": VOLUME,
                "whole": TRUTH,
                "sheets": WHOLE,
                "until": DAY,
            }
        ),
    },
)
_VERSION = {
    "id": WHOLE,
    "name": TEXT,
    "dated": maybe(DAY),
    "state": one_of(*DOCUMENT.states),
    "state_name": TEXT,
    "receipt_no": TEXT,
    "again_of": maybe(TEXT),
    "handed_by": TEXT,
    "handed_at": MOMENT,
    "decided_by": maybe(TEXT),
    "decided_at": maybe(MOMENT),
    "signed_at": maybe(MOMENT),
    "page_count": WHOLE,
}
_STATE = {"state": one_of(*SUBMISSION.states), "state_name": TEXT}
_SUMMARY = {
    "receipt_no": TEXT,
    "case_no": TEXT,
    **_STATE,
    "team": maybe(TEXT),
    "handed_by": TEXT,
    "received_at": MOMENT,
}

NAMED: dict[str, Schema] = {
    "Error": obj({"error": obj({"code": TEXT, "message": TEXT, "message_en": TEXT})}, {"files": listed(BAD_FILE)}),
    "Case": obj(
        {
            "case_no": TEXT,
            "kind": TEXT,
            "state": one_of(*CASE.states),
            "state_name": TEXT,
            "court": TEXT,
            "filed_on": DAY,
            "closed_on": maybe(DAY),
            "closing_mode": maybe(TEXT),
            "team": maybe(TEXT),
            "handler": TEXT,
            "clerk": TEXT,
            "cause": TEXT,
            "amount": maybe(TEXT),
            "profile": TEXT,
            "profile_version": TEXT,
            "applicants": listed(TEXT),
            "respondents": listed(TEXT),
            "events": listed(ANCHORED),
        }
    ),
    "Cases": obj({"cases": listed(ref("Case")), "total": WHOLE}),
    "Entry": obj(
        {
            "serial": maybe(WHOLE),
            "document": WHOLE,
            "name": TEXT,
            "type": maybe(TEXT),
            "dated": maybe(TEXT),
            "first_page": maybe(WHOLE),
            "last_page": maybe(WHOLE),
            "receipt_no": TEXT,
            "pages": listed(obj({"id": WHOLE, "page_no": maybe(WHOLE)})),
        }
    ),
    "Node": obj(
        {
            "node": TEXT,
            "name": TEXT,
            "phase": TEXT,
            "state": TEXT,
            "why": maybe(TEXT),
            "evidence": listed(ANY),
            "due": maybe(DAY),
            "left": maybe(WHOLE),
            "provisional": TRUTH,
        }
    ),
    "Dossier": obj(
        {
            "case": ref("Case"),
            "nodes": listed(ref("Node")),
            "volumes": listed(obj({"kind": VOLUME, "entries": listed(ref("Entry"))})),
        }
    ),
    "Contents": obj({"case_no": TEXT, "kind": VOLUME, "entries": listed(ref("Entry"))}),
    "Finding": obj(_FINDING),
    "Check": obj(
        {
            "case_no": TEXT,
            "gate": maybe(TEXT),
            "rules": TEXT,
            "today": DAY,
            "blocking": WHOLE,
            "findings": listed(ref("Finding")),
            "waived": listed(obj({**_FINDING, "waiver": obj({"reason": TEXT, "approver": TEXT, "on": DAY})})),
        }
    ),
    "Explanation": obj(
        {
            "case_no": TEXT,
            "rule": TEXT,
            "kind": TEXT,
            "name": TEXT,
            "cite": maybe(TEXT),
            "file": TEXT,
            "line": WHOLE,
            "facts": listed(TEXT),
            "clocks": listed(ANY),
            "findings": listed(ref("Finding")),
            "verdict": TEXT,
        }
    ),
    "Waiver": obj({"target": TEXT, "party": maybe(TEXT), "reason": TEXT, "approver": TEXT, "at": MOMENT}),
    "Receipt": obj({"receipt_no": TEXT, "case_no": TEXT, "received_at": MOMENT, "files": listed({"anyOf": [GOOD_FILE, BAD_FILE]})}),
    "HandOvers": obj({"hand_overs": listed(obj({**_SUMMARY, "pages": WHOLE, "documents": WHOLE, "blocking": WHOLE}))}),
    "HandOver": obj(
        {
            **_SUMMARY,
            "acts": listed(TEXT),
            "decided_at": maybe(MOMENT),
            "decided_by": maybe(TEXT),
            "reason": maybe(TEXT),
            "again_of": maybe(TEXT),
            "node": maybe(TEXT),
            "node_name": maybe(TEXT),
            "files": listed(GOOD_FILE),
            "rejects": listed(ANY),
            "seen": TEXT,
            "preview": TRUTH,
            "busy": TRUTH,
            "pages_total": WHOLE,
            "pages_read": WHOLE,
            "pages": listed(obj(_PAGE)),
            "documents": listed(
                obj(
                    {
                        "id": WHOLE,
                        "number": WHOLE,
                        "state": one_of(*DOCUMENT.states),
                        "pages": listed(obj({"file": TEXT, "page": WHOLE, "id": WHOLE})),
                        "type": maybe(TEXT),
                        "name": TEXT,
                        "confident": TRUTH,
                    }
                )
            ),
            "blank_pages": listed(PLACE),
            "announcements": listed(obj({"number": TEXT, "what": TEXT, "sheets": WHOLE, "state": one_of(*ANNOUNCEMENT.states)})),
            "separator_pages": listed(obj({"file": TEXT, "page": WHOLE, "kind": one_of(*SHEETS), "name": TEXT, "says": TEXT})),
            "findings": listed(obj({**_FINDING, "document_number": maybe(WHOLE), "page_id": maybe(WHOLE)})),
            "answers": listed(obj({"number": WHOLE, "correction": maybe(TEXT), "answer": TEXT})),
            "corrections": listed(
                obj(
                    {
                        "text": TEXT,
                        "document": maybe(WHOLE),
                        "file": maybe(TEXT),
                        "page": maybe(WHOLE),
                        "page_id": maybe(WHOLE),
                        "cite": maybe(TEXT),
                    }
                )
            ),
            "disputes": listed(ANY),
        }
    ),
    "Announcement": obj(
        {
            "number": TEXT,
            "case_no": TEXT,
            "team": maybe(TEXT),
            "what": TEXT,
            "sheets": WHOLE,
            "expected_on": DAY,
            "state": one_of(*ANNOUNCEMENT.states),
            "waited": maybe(WHOLE),
            "late": maybe(WHOLE),
            "overdue": TRUTH,
            "made_by": TEXT,
            "made_at": MOMENT,
            "arrived_by": maybe(TEXT),
            "arrived_at": maybe(MOMENT),
            "reason": TEXT,
            "receipt_no": maybe(TEXT),
        }
    ),
    "Progress": obj(
        {
            **_STATE,
            "busy": TRUTH,
            "pages_total": WHOLE,
            "pages_read": WHOLE,
            "pages": listed(obj({"id": WHOLE, "state": one_of(*PAGE.states)})),
        }
    ),
    "Page": obj(
        {
            **_PAGE,
            "lines": listed(obj({"text": TEXT, "confidence": NUMBER, "box": BOX})),
            "case_no": TEXT,
            "receipt_no": TEXT,
            "document": maybe(TEXT),
            "page_no": maybe(WHOLE),
            "beside": listed(WHOLE),
            "boxes": listed(BOX),
            "found": listed(WHOLE),
            "findings": listed(obj({"severity": one_of("blocking", "warning", "unchecked"), "message": TEXT})),
        }
    ),
    "DocumentView": obj(
        {
            **_VERSION,
            "case_no": TEXT,
            "type": maybe(TEXT),
            "title": TEXT,
            "why": TEXT,
            "confident": TRUTH,
            "serial": maybe(WHOLE),
            "first_page": maybe(WHOLE),
            "last_page": maybe(WHOLE),
            "typed_by": maybe(TEXT),
            "volume": maybe(VOLUME),
            "volume_versions": listed(obj({"version": WHOLE, "at": MOMENT})),
            "versions": listed(obj(_VERSION)),
            "pages": listed(obj({"id": WHOLE, "file": TEXT, "page": WHOLE, "page_no": maybe(WHOLE)})),
            "may_copy": TRUTH,
        }
    ),
    "Found": obj({"total": WHOLE, "hits": listed(obj(_HIT))}),
    "Near": obj({"hits": listed(obj({**_HIT, "found": TEXT}))}),
    "Suggestions": obj({"suggestions": listed(obj({"kind": TEXT, "text": TEXT, "query": TEXT}))}),
    "Counts": obj(
        {"counted": WHOLE, "whole": TRUTH, **dict.fromkeys(("类型", "案号", "日期"), listed(obj({"value": TEXT, "count": WHOLE})))}
    ),
    "Imported": obj({"created": WHOLE, "updated": WHOLE, "unchanged": WHOLE, "warnings": listed(TEXT)}),
    "EventsImported": obj({"recorded": WHOLE, "corrected": WHOLE, "unchanged": WHOLE}),
    "Figures": obj({"court": TEXT, "from": maybe(DAY), "until": maybe(DAY), "total": ANY, "by_team": listed(ANY)}),
    "ExportMessage": EXPORT_MESSAGE,
    "Verified": obj({"checked": WHOLE, "ok": WHOLE, "damaged": listed(ANY), "unchecked": listed(ANY)}),
    "RulesImported": obj(
        {
            "profile": TEXT,
            "version": TEXT,
            "effective_from": DAY,
            "rows": WHOLE,
            "applied": WHOLE,
            "unknown_columns": listed(TEXT),
            "problems": listed(ANY),
            "changes": listed(ANY),
            "kept": TRUTH,
            "rebased": WHOLE,
        }
    ),
}
