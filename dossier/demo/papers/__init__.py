"""The made-up case comes in; its papers come out, in the order in which the team hands them over."""

from __future__ import annotations

from dossier.demo.blocks import Paper
from dossier.demo.papers import control, filing, identity, money, orders, parties, records, second, service

COMPLETE: tuple[Paper, ...] = (
    filing.APPROVAL,
    filing.APPLICATION,
    filing.JUDGMENT,
    filing.EFFECTIVE,
    identity.CARD,
    identity.REPRESENTATIVE,
    identity.POWER,
    identity.FIRM_LETTER,
    parties.CLUE,
    parties.PAYEE,
    parties.ADDRESS,
    orders.ACCEPTANCE,
    parties.RISK,
    service.TO_APPLICANT,
    records.RECEPTION,
    orders.NOTICE_DEBTOR,
    orders.REPORT_DEBTOR,
    orders.NOTICE_COMPANY,
    orders.REPORT_COMPANY,
    orders.GENERAL_RULING,
    orders.CONSUMPTION_DEBTOR,
    orders.CONSUMPTION_COMPANY,
    service.TO_DEBTOR,
    service.TO_COMPANY,
    control.QUERY,
    control.FREEZE,
    parties.DECLARATION,
    control.RULING,
    control.ASSIST,
    control.ASSIST_RECEIPT,
    records.SEIZURE,
    control.SEIZURE_LIST,
    records.INVESTIGATION,
    orders.DISHONEST,
    money.DEDUCTION,
    money.ARRIVAL,
    money.APPROVAL,
    money.VOUCHER,
)

INCOMPLETE: tuple[Paper, ...] = (
    control.CONTROLLED,
    control.QUERY_INFO,
    second.RECEIPT_UNSIGNED,
    records.TALK,
    second.STRAY_NOTICE,
    second.CLUE_CHECK,
    second.SETTLEMENT,
)
