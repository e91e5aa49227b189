"""How a conversion tells how it goes on: a line on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import sys
import threading
import time

from vnadmin.archive.inputs import Item, shown
from vnadmin.archive.task import Outcome
from vnadmin.cli.common import report, warn
from vnadmin.errors import InputError

_LOG_EVERY = 30.0  # seconds
_SHOW_EVERY = 0.2


class Progress:
    """What a batch is watched by (`archive.batch.Watch`)."""

    def __init__(self, *, names: bool = True) -> None:
        """With `names` false the document that is worked on is not named."""
        self.terminal = sys.stderr is not None and sys.stderr.isatty()
        self._names = names
        self._lock = threading.Lock()
        self._found = self._to_do = self._done = self._failed = 0
        self._started = self._last = time.monotonic()
        self._page = ""
        self._shown = False

    def problem(self, error: InputError) -> None:
        """Report what can't be read."""
        with self._lock:
            self._clear()
            report(str(error))

    def begins(self, found: int, to_do: int) -> None:
        """Start the clock."""
        self._found, self._to_do = found, to_do
        self._started = self._last = time.monotonic()

    def page(self, item: Item, number: int) -> None:
        """Show the page that is worked on; called from several threads."""
        if not self.terminal:
            return
        with self._lock:
            name = f"{shown(item.source)}: " if self._names else ""
            self._page = f"{name}page {number}"
            self._show()

    def settled(self, item: Item, outcome: Outcome) -> None:
        """Report what failed, and from time to time how far it has come."""
        with self._lock:
            self._done += 1
            if outcome.state == "failed" or outcome.missing:
                self._failed += 1
            if self._found > 1 or outcome.state != "failed":  # a single one's ends the command
                self._tell(outcome)
            now = time.monotonic()
            if self.terminal:
                self._show()
            elif now - self._last >= _LOG_EVERY and sys.stderr is not None:
                self._last = now
                print(f"vnadmin: {self._line()}", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line off the terminal."""
        with self._lock:
            self._clear()

    @property
    def done(self) -> str:
        """How far it has come: "12 of 300"."""
        return f"{self._done:,} of {self._to_do:,}"

    def _tell(self, outcome: Outcome) -> None:
        lines = [outcome.message, outcome.missing] if outcome.state != "secret" else []
        for line in filter(None, lines):
            self._clear()
            report(line)
        for note in outcome.notes:
            self._clear()
            warn(note)

    def _line(self) -> str:
        taken = time.monotonic() - self._started
        rate = self._done / taken if taken > 0 else 0.0
        parts = [f"{self.done} ({100 * self._done // max(1, self._to_do)} %)"]
        if rate:
            each = f"{rate:.1f} a second" if rate >= 1 else f"{60 * rate:.1f} a minute"
            parts += [each, f"{duration((self._to_do - self._done) / rate)} left"]
        return ", ".join([*parts, f"{self._failed:,} failed"])

    def _show(self) -> None:
        now = time.monotonic()
        if self._shown and now - self._last < _SHOW_EVERY:
            return
        self._last, self._shown = now, True
        line = self._page if self._to_do == 1 else self._line()
        if self._to_do > 1 and self._page:
            line = f"{line}; {self._page}"
        width = os.get_terminal_size(2).columns or 80  # 0: it does not say
        # Control characters of a name would move the cursor.
        plain = "".join(c if c.isprintable() else "?" for c in line)
        sys.stderr.write(f"\r\x1b[K{plain[: width - 1]}")
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
