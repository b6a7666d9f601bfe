"""output: statistics as a page, or as text: lines, JSON, CSV, a message to be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from maildrop_py.report.page import page
from maildrop_py.report.plain import csv_of, lines_of
from maildrop_py.report.statistics.figures import Report


def page_of(report: Report, language: str) -> str:
    """The page with pictures."""
    return page(report.title, report.lead, report.sections, language)


def text_of(report: Report, language: str, options: Mapping[str, Any]) -> str:
    """What is printed, by `as_json`, `as_csv` or `mail_to` of the options; else lines.

    Raises ValueError for an address that no message can be sent to.
    """
    if options["as_json"]:
        return json.dumps(report.counts, ensure_ascii=False, indent=2) + "\n"
    if options["as_csv"]:
        return csv_of(report.sections)
    if options["mail_to"]:
        from maildrop_py.report.statistics.mail import message_with

        body = "\n".join([*lines_of(report.sections), report.lead])
        return message_with(options["mail_to"], report.title, body, page_of(report, language))
    return "".join(f"{line}\n" for line in (*lines_of(report.sections), report.lead))
