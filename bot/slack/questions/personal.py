"""Which questions a person may rather ask where nobody else reads along: of pay and of how somebody does at work. Pure."""

import re

_PERSONAL = re.compile(
    r"\b(?:salar(?:y|ies)|pay(?:s|ing|check|rise)?|paid|wages?|earn(?:s|ing|ings)?|compensation|comp|bonus(?:es)?|equity|raise"
    r"|promot(?:ed|ion)|(?:under)?perform(?:ance|ing)|appraisal|pip|improvement plan|fired|dismiss(?:ed|al)|laid off"
    r"|lay-?offs?|resign(?:ing|ation)?|quit(?:ting)?|notice period|burn(?:ed|t)?[ -]?out|my (?:boss|manager|review)"
    r"|gehalt|verdien\w*|lohn|salaire|rémunération|sueldo|salario|salário|stipendio|salaris|給料|年収)\b",
    re.IGNORECASE,
)


def is_personal(question: str) -> bool:
    """Whether a question is about pay or performance."""
    return _PERSONAL.search(question) is not None
