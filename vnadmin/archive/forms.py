"""The forms that documents are written in."""

from __future__ import annotations

from vnadmin.errors import UsageError

FORMS = ("txt", "json", "hocr", "alto", "pdf", "html")


def parse_forms(text: str) -> tuple[str, ...]:
    """Read a list as `--to` takes it: "txt,json".

    Raises:
        UsageError: one isn't a form, or there is none.
    """
    forms = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    wrong = [form for form in forms if form not in FORMS]
    if wrong or not forms:
        raise UsageError(f"--to {text}: {', '.join(wrong) or 'none'} of {', '.join(FORMS)}")
    return forms
