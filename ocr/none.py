"""The engine that reads nothing: a page comes in, no lines go out; for tests and for sites that only keep pictures."""

from __future__ import annotations

from ocr.contract import PageImage, PageText


class NoneEngine:
    """Gives no lines for any page."""

    @property
    def name(self) -> str:
        return "none 1"

    def read(self, page: PageImage) -> PageText:
        """No lines. Raises nothing."""
        del page
        return PageText((), self.name)
