"""Scores of restoring as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from vnadmin.evaluate.calibration import Calibration
from vnadmin.evaluate.remaining import Wrong, by_cause
from vnadmin.evaluate.run import Score


def report(scores: Sequence[Score]) -> str:
    """Return the table of `scores`."""
    first = scores[0]
    c = first.counts
    lines = [
        f"{first.pairs} pair(s); n = {c.syllables:,} syllables, {c.graphemes:,} graphemes, "
        f"{c.codes:,} document codes",
        f"{'':<28} {'right':>8} {'inserted':>9} {'WER':>8} {'CER':>8} "
        f"{'codes intact':>13} {'invented':>9} {'seconds':>8} {'syll./s':>9}",
    ]
    for each in scores:
        if each.error:
            lines.append(f"{each.system:<28} {each.error}")
            continue
        c = each.counts
        speed = f"{c.syllables / each.seconds:>9,.0f}" if each.seconds > 1e-3 else f"{'–':>9}"
        lines.append(
            f"{each.system:<28} {c.accuracy:>8.2%} {c.inserted_share:>9.2%} {c.wer:>8.2%} "
            f"{c.cer:>8.2%} {f'{c.codes_right}/{c.codes}':>13} {c.codes_invented:>9} "
            f"{each.seconds:>8.2f} {speed}"
        )
    for each in scores:
        if each.harm is not None:
            h = each.harm
            lines.append(
                f"{each.system}: {h.changed:,} of {h.tokens:,} tokens of correct text changed "
                f"({h.changed_share:.3%}), {h.numbers} with digits; "
                f"codes lost: {h.codes_lost} of {h.codes}"
            )
        if each.calibration is not None:
            lines += ["", calibration_report(each.calibration)]
    return "\n".join(lines)


def pages_report(own: Score, raw: Score) -> str:
    """Return a line a page, ours beside the raw input, and how many got worse."""
    width = max(map(len, own.pages), default=4)
    lines = [f"{'page':<{width}} {'n':>6} {'right':>8} {'raw':>8} {'inserted':>9} {'raw':>6}"]
    for name, c in own.pages.items():
        before = raw.pages[name]
        lines.append(
            f"{name:<{width}} {c.syllables:>6,} {c.accuracy:>8.2%} {before.accuracy:>8.2%} "
            f"{c.inserted:>9,} {before.inserted:>6,}"
            + ("  worse" if c.right < before.right else "")
        )
    return "\n".join([*lines, f"worse than raw: {pages_worse(own, raw)} of {len(own.pages)} pages"])


def pages_worse(own: Score, raw: Score) -> int:
    """Return the number of pages with fewer syllables right than were read right."""
    return sum(counts.right < raw.pages[name].right for name, counts in own.pages.items())


def calibration_report(scores: Calibration) -> str:
    """Return the scores of confidence and the bins of the calibration error."""
    s = scores
    lines = [
        f"confidence: n = {s.words:,} words, {s.wrong:,} wrong; {s.doubtful:,} edited or with a "
        f"rival reading, {s.doubtful_wrong:,} of them wrong",
        f"ECE {s.ece:.4f}; Brier {s.brier:.4f}, constant's {s.brier_constant:.4f} "
        f"({s.brier_ratio:.2f} of it); "
        f"wrong words among the 5 % least sure: {s.wrong_found:.1f} ({s.found_share:.1%})",
        f"{'bin':>4} {'n':>6} {'said':>8} {'right':>8}",
    ]
    lines += [
        f"{number:>4} {b.words:>6,} {b.confidence:>8.2%} {b.right:>8.2%}"
        for number, b in enumerate(s.bins, 1)
    ]
    return "\n".join(lines)


def errors_report(wrong: Sequence[Wrong], most: int) -> str:
    """Return what is still wrong by cause, at most so many different cases of each."""
    lines = [f"still wrong: {len(wrong):,}"]
    for cause, cases in by_cause(wrong):
        lines.append(f"{cause}: {cases.total():,}")
        lines += [
            f"  {times:>4} × {w.source or '–'} → {w.restored or '–'}   (truth: {w.truth or '–'})"
            for w, times in cases.most_common(most)
        ]
    return "\n".join(" ".join(line.split("\n")) for line in lines)
