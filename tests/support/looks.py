"""Every page of the application: its route, who looks at it and where; what gives files instead. A new route is put into one of the two."""

from __future__ import annotations

from urllib.parse import quote

SEARCH = quote("财产")
# Route → (name of the picture, who looks, address). {…}: a fact of the house. A new route must be put here, or below.
PAGES: dict[str, tuple[tuple[str, str | None, str], ...]] = {
    "people.sign_in": (("sign-in", None, "/sign-in"),),
    "people.account": (("account", "team1", "/account"),),
    "people.password": (("password", "team1", "/password"),),
    "factor.ask": (("second-factor", None, "/second-factor"),),
    "factor.enrol": (("second-factor-enrol", "team1", "/second-factor/enrol"),),
    "tokens.listing": (("tokens", "team1", "/account/tokens"),),
    "staff.listing": (("people", "keeper", "/people"),),
    "staff.new": (("people-new", "keeper", "/people/new"),),
    "staff.show": (("person", "keeper", "/people/clerk"),),
    "agreements.own": (("agreement", "team1", "/agreement"),),
    "handovers.home": (("home", "clerk", "/"),),
    "workbench.show": (("workbench", "clerk", "/workbench"), ("workbench-director", "director", "/workbench")),
    "workbench.ruling": (("ruling", "director", "/hand-overs/{disputed}/ruling"),),
    "handovers.inbox": (("hand-over-list", "clerk", "/hand-overs"),),
    "handovers.new": (
        ("hand-over-new", "team1", "/hand-overs/new?case={case}"),
        ("hand-over-again", "team1", "/hand-overs/new?case={case}&again={refused}"),
    ),
    "separators.show": (("separators", "team1", "/separators?case={case}"),),
    "announcing.listing": (("announcement-list", "clerk", "/announcements"),),
    "announcing.new": (("announcement-new", "team1", "/announcements/new?case={case}"),),
    "announcing.show": (("announcement", "team1", "/announcements/{announced}"),),
    "handovers.show": (
        ("hand-over-signed", "clerk", "/hand-overs/{signed}"),
        ("hand-over-refused", "team1", "/hand-overs/{refused}"),
        ("hand-over-waiting", "clerk", "/hand-overs/{waiting}"),
    ),
    "cases.listing": (("case-list", "clerk", "/cases"),),
    "cases.show": (("case", "clerk", "/cases/{case}"),),
    "cases.check": (("case-check", "director", "/cases/{case}/check?gate=closing"),),
    "closing.explain": (("explain", "clerk", "/cases/{case}/explain?rule=service"),),
    "borrowing.listing": (("loan-list", "clerk", "/loans"),),
    "borrowing.new": (("loan-new", "team1", "/loans/new?case={case}"),),
    "borrowing.show": (("loan", "director", "/loans/{loan}"),),
    "borrowing.figures": (("loan-figures", "clerk", "/loans/figures"),),
    "borrowing.papers": (("paper", "clerk", "/cases/{case}/paper"),),
    "figures.show": (
        ("figures-overdue", "clerk", "/figures/overdue?until=2026-09-01"),
        ("figures-returns", "clerk", "/figures/returns"),
        ("figures-intake", "clerk", "/figures/intake"),
    ),
    "notices.listing": (("notices", "team1", "/notices?all=1"),),
    "notices.deliveries": (("deliveries", "keeper", "/deliveries"),),
    "outbox.listing": (("outbox", "keeper", "/outbox?state=all"), ("outbox-clerk", "clerk", "/outbox")),
    "documents.show": (("document", "clerk", "/documents/{document}"),),
    "pages.show": (("page", "clerk", "/pages/{page}"), ("search-page", "clerk", "/pages/{page}?q=" + SEARCH)),
    "searching.results": (
        ("search-empty", "clerk", "/search"),
        ("search", "clerk", "/search?q=" + SEARCH),
        ("search-near", "clerk", "/search?q=" + quote("限制消废令")),
    ),
    "house.show": (("house", "keeper", "/house"),),
    "house.ledger": (("ledger", "auditor", "/house/ledger"),),
    "house.holidays": (("holidays", "keeper", "/house/holidays"),),
    "house.rules": (("rules", "keeper", "/house/rules?first=yanling@2022.1&second=sanya"),),
    "house.catalogue": (("catalogue", "clerk", "/house/rules/yanling"),),
    "house.entry": (("rule", "clerk", "/house/rules/yanling/service"),),
    "house.trial": (("trial", "clerk", "/house/rules/trial?case_no={case}&rules=sanya&gate=closing"),),
    "openapi.trial": (("api", "clerk", "/api"),),
    "reviews.listing": (("review-list", "substance", "/reviews"),),
    "reviews.show": (("review", "substance", "/cases/{closing}/review"), ("review-submit", "team1", "/cases/{case}/review")),
    "reviews.form": (("review-form", "substance", "/cases/{closing}/review-form"),),
    "reviews.samples": (("sample-list", "substance", "/samples"),),
    "reviews.sample": (("sample", "substance", "/samples/1"),),
}
# What gives a file, a picture, numbers, a part of a page, an answer for programs or the way to a page, and no page.
FILES = {
    "static", "agreements.scan", "agreements.scan_of", "borrowing.slip", "borrowing.register_file", "figures.file", "outbox.file", "pages.picture",
    "pages.thumbnail", "documents.copy", "documents.page_copy", "health.healthz", "health.readyz", "health.metrics", "notices.follow", "reviews.form_pdf",
    "slips.slip", "announcing.slip", "searching.counts",
}  # fmt: skip
# These lead on, as they should: from the door to the desk, and a stranger to the sign-in.
LEAD_ON = {"home", "second-factor"}
