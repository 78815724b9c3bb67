"""Tables for people: a listing comes in; a spreadsheet, CSV, printed sheets, a slip or lines of text go out, and a court's own spreadsheet comes back in as rows."""

from .csv import write_csv
from .model import Cell, Column, Form, Listing, text_of
from .pdf import write_pdf
from .reading import NotATableError, Record, read_table
from .separators import Separator, write_separators
from .slip import Slip, write_slip
from .xlsx import write_xlsx

__all__ = [
    "Cell",
    "Column",
    "Form",
    "Listing",
    "NotATableError",
    "Record",
    "Separator",
    "Slip",
    "read_table",
    "text_of",
    "write_csv",
    "write_pdf",
    "write_separators",
    "write_slip",
    "write_xlsx",
]
