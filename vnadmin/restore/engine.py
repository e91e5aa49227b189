"""Restoring a text: sentences → lattice → best path → edits with confidences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from vnadmin.document import EditKind
from vnadmin.errors import UsageError
from vnadmin.formats.legacy import READINGS
from vnadmin.formats.legacy_words import Scores
from vnadmin.grammar.tables import data_directory, no_comma_after
from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore import confidence as trait
from vnadmin.restore.blocks import BATCH, of_one_kind, stretches
from vnadmin.restore.case import even_case, mend_case
from vnadmin.restore.changes import (
    Change,
    Restoration,
    assemble,
    before_nfc,
    drop,
)
from vnadmin.restore.channel import Channel
from vnadmin.restore.confidence import Estimator, Network, Seen
from vnadmin.restore.decoder import Decoded, decode
from vnadmin.restore.document_words import ENOUGH_WORDS, read_again
from vnadmin.restore.evidence import NONE, Evidence
from vnadmin.restore.items import Item, Sentence, sentences
from vnadmin.restore.lattice import LatticeBuilder, Readings
from vnadmin.restore.lists import order_letters
from vnadmin.restore.noise import LIGHT_NOISE, SERVED_BY, is_noisy, is_strange, is_sure, judge, loss
from vnadmin.restore.stripped import SOME_STRIPPED, STRIPPED, StrippedChannel, StrippedWords
from vnadmin.restore.unicode import to_unicode
from vnadmin.vietnamese import (
    ToneHabit,
    canonical,
    in_new_habit,
    is_syllable,
    tone_habit,
)

_LONE_CAPITALS = 3
"""Up to so many characters, capitals among small letters stand for a word with one capital (BO)."""

_ENOUGH_WORDS = 5
"""Words from which a sentence can be told to be in another language."""

_HARDLY_JUNK = 0.2
"""P(it is junk) below which it stays: mostly abbreviations. On 60 rendered pages read by `eng` 0.01
points more of the syllables are right by it, and 0.06 more are left that the page doesn't have."""
_EVEN = 0.5
_LEFT_IN_DOUBT = 0.35
"""P(a reading is right) where its edit is less sure than even: so many of 286 such words were, on
held-back pages read by `vie`."""

_NO_RIVAL = 0.9999
"""Posterior from which a word's reading has no rival worth the name."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the text numbered `text` in its batch."""

    text: int
    source: str
    start: int
    end: int
    recognised: bool
    """Whether an engine read it from a picture, so that some noise is to be expected."""
    evidence: Evidence


def _sentences(block: _Block) -> Iterator[Sentence]:
    twice = block.evidence.within(block.start, block.end)
    return sentences(block.source, block.start, block.end, codes=True, twice=twice)


class Restorer:
    """A loaded model. Safe to share between threads: it only ever adds to its caches."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.model = LanguageModel.load(directory / "language")
        self.encodings = Scores(self.model)
        self._builders: dict[str, LatticeBuilder] = {}
        self._channels: dict[str, Channel] = {}
        self.estimators: dict[str, Estimator | None] = {}

    @cached_property
    def stripped_words(self) -> StrippedWords:
        """The model's words by what they look like without marks."""
        return StrippedWords(self.model)

    def channel(self, name: str) -> Channel:
        """Return the named channel of the model's directory.

        Raises:
            UsageError: if there is none of that name.
            ModelError: if it is damaged.
        """
        if name not in self._channels:
            if name not in self.channel_names():
                known = ", ".join(
                    ["auto", "clean", "stripped", *self.channel_names(), *SERVED_BY, *READINGS]
                )
                raise UsageError(f"no profile named {name!r}; there are: {known}")
            self._channels[name] = Channel.load(self._directory / name, self.model)
        return self._channels[name]

    def channel_names(self) -> list[str]:
        """Return the names of the channels in the model's directory."""
        return sorted(p.parent.name for p in self._directory.glob("*/channel.json"))

    def builder(self, profile: str) -> LatticeBuilder:
        """Return the lattice builder of a kind of noise."""
        if profile not in self._builders:
            stripped = profile in STRIPPED
            noise = (
                StrippedChannel(self.stripped_words, STRIPPED[profile])
                if stripped
                else self.channel(profile)
            )
            self._builders[profile] = LatticeBuilder(self.model, noise, drop_junk=not stripped)
        return self._builders[profile]

    def estimator(self, profile: str) -> Estimator | None:
        """Return what tells how sure a profile's words are; `None` leaves the posterior.

        Raises:
            ModelError: if its weights are damaged.
        """
        if profile not in self.estimators:
            name = "stripped" if profile in STRIPPED else profile
            self.estimators[profile] = Network.load(self._directory / name)
        return self.estimators[profile]

    def explain_many(
        self, sources: Iterable[str], options: Options, evidence: Iterable[Evidence] = ()
    ) -> Iterator[Restoration]:
        """Restore texts, a batch of them at a time; `evidence` is of the first ones, in order."""
        batch: list[tuple[str, Evidence]] = []
        size = 0
        for source, known in zip(sources, chain(evidence, repeat(NONE)), strict=False):
            batch.append((source, known))
            size += len(source)
            if size >= BATCH:
                yield from self._explain_batch(batch, options)
                batch, size = [], 0
        yield from self._explain_batch(batch, options)

    def _explain_batch(
        self, sources: list[tuple[str, Evidence]], options: Options
    ) -> Iterator[Restoration]:
        """Restore texts; each block of theirs is decoded with others of the same profile."""
        encoding = options.profile if options.profile in READINGS else None
        composed = [to_unicode(source, self.encodings, encoding) for source, _ in sources]
        changes: list[list[Change]] = [[] for _ in sources]
        blocks: dict[str, list[_Block]] = defaultdict(list)
        size = 0
        for number, (source, first) in enumerate(composed):
            known = sources[number][1].after(first)
            for stretch in stretches(source):
                length = stretch[-1][1] - stretch[0][0]
                if size and size + length > BATCH:
                    self._restore(blocks, changes, options)
                    blocks, size = defaultdict(list), 0
                size += length
                for start, end in stretch:
                    for runs in of_one_kind(source, start, end):
                        recognised = known.was_recognised(start, end)
                        text = "".join(source[a:b] for a, b in runs)
                        profile = self._profile(options, text, recognised=recognised)
                        if profile != "clean":
                            blocks[profile] += [
                                _Block(number, source, a, b, recognised, known) for a, b in runs
                            ]
        self._restore(blocks, changes, options)
        for (source, _), (text, first), found in zip(sources, composed, changes, strict=True):
            found.sort(key=lambda change: change.start)
            yield before_nfc(source, first, assemble(text, found, options.min_confidence))

    def _profile(self, options: Options, text: str, *, recognised: bool) -> str:
        """Return the kind of noise of a text, as given or as it shows."""
        profile = "auto" if options.profile in READINGS else options.profile
        profile = SERVED_BY.get(profile, profile)
        if profile == "auto":
            profile = judge(self, text)
            # On a picture some words that lost marks are misread; all of them, a telegram.
            return LIGHT_NOISE if recognised and profile in SOME_STRIPPED else profile
        return loss(self, text) if profile == "stripped" else profile

    def _restore(
        self,
        blocks: dict[str, list[_Block]],
        changes: list[list[Change]],
        options: Options,
    ) -> None:
        """Decode blocks by profile and add what was decided to their texts' changes."""
        auto = options.profile == "auto" or options.profile in READINGS
        for profile, group in blocks.items():
            parts = [list(_sentences(block)) for block in group]
            together = [sentence for own in parts for sentence in own]
            if not together:
                continue
            texts = [block.text for block, own in zip(group, parts, strict=True) for _ in own]
            readings, first, decoded = self._read(profile, together, texts)
            numbers = iter(readings.sequence_of)
            everything: list[Change] = []
            pages: list[float] = []
            for block, own in zip(group, parts, strict=True):
                found: list[Change] = []
                evidence = 0.0
                habit = tone_habit(block.source[block.start : block.end])
                for sentence in own:
                    number = next(numbers)
                    value = float(decoded.evidence[number])
                    part = list(self._changes(sentence, number, readings, decoded, habit))
                    strange = is_strange(value, len(sentence.items))
                    if auto and strange and len(sentence.items) >= _ENOUGH_WORDS:
                        for change in part:
                            change.reject()
                    for change in part:
                        if change.kind == "junk" and block.evidence.is_sure(
                            change.start, change.end
                        ):
                            change.reject()
                    found += part
                    evidence += value
                order_letters(block.source, found)
                if auto and not _mends(profile, block, found, evidence, first):
                    for change in found:
                        change.reject()
                changes[block.text] += found
                everything += found
                pages += [evidence / max(len(found), 1)] * len(found)
            estimator = self.estimator(profile)
            if estimator is not None and everything:
                seen = Seen.of(self.model, readings.lattice, decoded)
                features = seen.features(
                    [change.arc for change in everything],
                    [change.traits for change in everything],
                    [change.end - change.start for change in everything],
                    np.array(pages),
                )
                values = estimator.probability(features).tolist()
                for change, confidence in zip(everything, values, strict=True):
                    change.confidence = confidence
                    # An engine that knows Vietnamese is more often right than such an edit.
                    doubted = change.text is not None and confidence < _EVEN
                    if profile == LIGHT_NOISE and change.kind in ("word", "split") and doubted:
                        change.reject()
                        change.confidence = _LEFT_IN_DOUBT
                    elif change.kind == "junk" and confidence < _HARDLY_JUNK:
                        change.reject()

    def _read(
        self, profile: str, together: Sequence[Sentence], texts: Sequence[int]
    ) -> tuple[Readings, Decoded, Decoded]:
        """Decode sentences of the numbered texts; once more those in doubt, by the text's words."""
        words: Counter[int] = Counter()
        for sentence, text in zip(together, texts, strict=True):
            words[text] += len(sentence.items)
        owners = [text if words[text] >= ENOUGH_WORDS else -1 for text in texts]
        readings = self.builder(profile).build(together, owners)
        documents: dict[int, list[int]] = defaultdict(list)
        for number, owner in zip(readings.sequence_of, owners, strict=True):
            if owner >= 0:
                documents[owner].append(number)
        first = decode(self.model, readings.lattice)
        again = read_again(self.model, readings.lattice, first, documents.values())
        return readings, first, again

    def _changes(
        self,
        sentence: Sentence,
        number: int,
        readings: Readings,
        decoded: Decoded,
        habit: ToneHabit,
    ) -> Iterator[Change]:
        """Yield what the best path of the lattice's sequence `number` does to the sentence."""
        source = sentence.source
        lattice = readings.lattice
        for arc in decoded.paths[number][:-1]:
            choice = readings.choice(arc)
            first, last = int(lattice.start[arc]), int(lattice.end[arc])
            item = sentence.items[first]
            start, end = item.core_start, sentence.items[last - 1].core_end + choice.swallowed
            confidence = min(1.0, float(decoded.posterior[arc]))
            core = source[start:end]
            text: str | None = None
            kind: EditKind = "word"
            if choice.words == ():
                yield drop(source, item, confidence, arc, _traits(item, core, at_start=first == 0))
                continue
            traits = _traits(item, core, at_start=first == 0)
            if item.kind == "code":
                text, kind = (None if item.repaired == core else item.repaired), "code"
                traits |= trait.CODE if item.certain else trait.CODE | trait.UNKNOWN
            elif choice.digits:
                text, kind = choice.digits, "code"
                traits |= trait.NUMBER
            elif choice.words is None:
                if choice.said == (0,):
                    traits |= trait.UNKNOWN
            else:
                following = sentence.items[last] if last < len(sentence.items) else None
                capital = following is not None and source[following.core_start].isupper()
                alone = first == 0 or source[start - 1] == "\n"
                text = self._written(
                    core,
                    choice.words,
                    item,
                    habit,
                    at_start=first == 0,
                    before_capital=capital and alone,
                )
                if last - first > 1:
                    kind = "join"
                elif len(choice.words) > 1:
                    kind = "split"
                if kind != "word":
                    traits |= trait.SPLIT_OR_JOINED
                elif text is not None and text.lower() == core.lower():
                    kind = "case"
            if text is not None:
                traits |= trait.EDITED
            if text is not None and item.attached and _is_initials(source, start):
                text, confidence = None, 1.0 - confidence
                traits &= ~trait.EDITED
            is_word, rival = item.kind != "sign", confidence < _NO_RIVAL
            yield Change(start, end, text, kind, confidence, is_word, arc, traits, rival)
            if choice.words and self._is_speck(source, end, choice.words[-1]):
                yield Change(end, end + 1, "", "junk", confidence, False, arc, traits)

    def _is_speck(self, source: str, place: int, word: int) -> bool:
        """Whether a comma behind a word can't be one."""
        before_none = self.model.vocabulary[word] in no_comma_after()
        return before_none and source.startswith(", ", place)

    def _written(
        self,
        core: str,
        numbers: Sequence[int],
        item: Item,
        habit: ToneHabit,
        *,
        at_start: bool,
        before_capital: bool,
    ) -> str | None:
        """Return words in the source's case and habit, or `None` if it says just that."""
        words = [self.model.vocabulary[number] for number in numbers]
        if len(words) == 1 and canonical(core) == words[0]:
            return even_case(core)
        if habit == "new":
            words = [in_new_habit(word) for word in words]
        seems_upper = item.lone and len(core) <= _LONE_CAPITALS and is_syllable(words[0])
        upper = item.upper and not seems_upper
        first = mend_case(
            words[0], core, upper=upper, at_start=at_start, before_capital=before_capital
        )
        rest = [word.upper() if upper else word for word in words[1:]]
        text = " ".join([first, *rest])
        return None if text == core else text


def _traits(item: Item, core: str, *, at_start: bool) -> int:
    """Return what can be told of an item at a glance."""
    traits = 0
    if item.kind == "number":
        traits = trait.NUMBER
    elif item.kind == "word":
        if item.acronym:
            traits |= trait.ACRONYM
        elif item.upper:
            traits |= trait.CAPITALS
        elif not at_start and core[0].isupper():
            traits |= trait.NAME
        if not core.isalpha():
            traits |= trait.MIXED
    if len(core) < 3:
        traits |= trait.SHORT
    if item.edge:
        traits |= trait.ALONE if item.edge == 2 else trait.EDGE
    return traits


def _is_initials(source: str, start: int) -> bool:
    """Whether a name is hung on capitals: who wrote the paper ("Lưu: VT, KGVX.Hải")."""
    return source[start - 1] in "./" and source[max(0, start - 3) : start - 1].isupper()


def _mends(
    profile: str, block: _Block, changes: Sequence[Change], evidence: float, first: Decoded
) -> bool:
    """Whether a block's changes are to be made, or it is correct text or no Vietnamese at all.

    What became sure by the text's own words alone, after the `first` pass, doesn't speak for noise.
    """
    if is_strange(evidence, len(changes)):
        return False
    if block.recognised:
        return True
    sure = sum(
        is_sure(min(c.confidence, float(first.posterior[c.arc]))) and _is_garble(block.source, c)
        for c in changes
    )
    return profile != LIGHT_NOISE or is_noisy(sure, sum(c.is_word for c in changes))


def _is_garble(source: str, change: Change) -> bool:
    """Whether a change mends letters, not junk, nor the spaces inside a code."""
    if change.text is None or change.kind == "junk":
        return False
    return change.kind != "code" or change.text != "".join(
        source[change.start : change.end].split()
    )


def shipped_model() -> Path:
    """Return the directory of the model that comes with vnadmin."""
    return data_directory() / "model"


@lru_cache(maxsize=4)
def restorer(directory: Path | None) -> Restorer:
    """Return the restorer for a model directory (the shipped one for `None`), loaded once."""
    return Restorer(directory or shipped_model())
