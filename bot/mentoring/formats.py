"""A report as Markdown, JSON, CSV or one HTML file. Pure."""

import base64
import csv
import io
import json
import re

from bot.mentoring.report import NOT_ENOUGH, SMALL_GROUPS, Report

TITLE = "What people asked"
EXPIRING = "Confirmed answers to look at again, since their passages have changed"
_HEAD = ("Label", "Questions", "People")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&!])")
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")


def as_markdown(report: Report) -> str:
    """A report to read, or to put into a wiki."""
    parts = [f"# {TITLE}", f"{report.period}: {report.summary}"]
    for section in report.sections:
        parts.append(f"## {section.title}")
        if section.groups:
            rows = [f"| {_literal(g.label)} | {g.questions} | {g.people} |" for g in section.groups]
            parts.append("\n".join([f"| {' | '.join(_HEAD)} |", "|---|--:|--:|", *rows]))
        parts += [section.rest] if section.rest else []
    if report.expiring:
        parts += [f"## {EXPIRING}", "\n".join(f"- {_literal(question)}" for question in report.expiring)]
    return "\n\n".join([*parts, *([SMALL_GROUPS] if report.enough else [])]) + "\n"


def as_json(report: Report) -> str:
    """A report for scripts: an object with a list of groups for each kind."""
    body = {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "enough": report.enough,
        "note": SMALL_GROUPS if report.enough else NOT_ENOUGH,
        "questions": report.questions,
        "people": report.people,
        "helpful": report.liked,
        "not_helpful": report.disliked.total,
        "groups": [
            {"kind": section.kind, "label": group.label, "questions": group.questions, "people": group.people}
            for section in report.sections
            for group in section.groups
        ],
        "others": {section.kind: section.others for section in report.sections},
        "expiring": list(report.expiring),
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def as_csv(report: Report) -> str:
    """A report for spreadsheets: a row for each group, in which no cell is run as a formula."""
    file = io.StringIO()
    write = csv.writer(file).writerow
    write(("kind", "label", "questions", "people"))
    if report.enough:
        write(("all", "all questions", report.questions, report.people))
        write(("rating", "helpful", report.liked, ""))
        write(("rating", "not helpful", report.disliked.total, ""))
    else:
        write(("note", NOT_ENOUGH, "", ""))
    for section in report.sections:
        for group in section.groups:
            write((section.kind, _cell(group.label), group.questions, group.people))
        if section.others:
            write((section.kind, "others, by fewer than three people each", section.others, ""))
    for question in report.expiring:
        write(("expiring", _cell(question), "", ""))
    return file.getvalue()


def as_html(report: Report, png: bytes) -> str:
    """A report as one file to open or to send, with its chart in it if there is one."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("bot.mentoring", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return templates.get_template("report.html").render(
        report=report,
        title=TITLE,
        columns=_HEAD,
        expiring=EXPIRING,
        small_groups=SMALL_GROUPS,
        picture=base64.b64encode(png).decode(),
        alternative=alternative(report),
    )


def alternative(report: Report) -> str:
    """What the chart shows, for those who cannot see it."""
    said = [
        f"{section.title}: " + "; ".join(f"{group.label} ({group.questions})" for group in section.groups)
        for section in report.sections
        if section.kind in {"topic", "gap"} and section.groups
    ]
    return f"{TITLE}, {report.period}. {'. '.join(said) or report.summary}"


def _literal(text: str) -> str:
    """Text in which nothing is Markdown or HTML."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    """A text that a spreadsheet takes as such; the apostrophe before it is the sign for that."""
    return f"'{text}" if _FORMULA.match(text) else text
