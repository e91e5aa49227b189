"""The language model: estimation against a slow reference, the packed files, training."""

from __future__ import annotations

import itertools
import json
import math
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.errors import InputError, ModelError, OutputError, UsageError
from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.language.table import build, look_up
from vnadmin.train import counts
from vnadmin.train.corpus import is_held_back
from vnadmin.train.counts import (
    BOUNDARY_ID,
    Encoder,
    Stream,
    choose_vocabulary,
    count_ngrams,
    encode_all,
    without_overlap,
)
from vnadmin.train.kneser_ney import Pruned, estimate, log_prob, prune, weigh
from vnadmin.train.language import LanguageOptions, perplexity, train_language, write_model

Gram = tuple[int, ...]

# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Căn cứ Luật", ["căn", "cứ", "luật"]),
        ("UỶ BAN Hoà Bình", ["ủy", "ban", "hòa", "bình"]),
        ("số 23-QĐ/TW ngày", ["số", "<code>", "ngày"]),
        ("43/2014/NĐ-CP", ["<code>"]),
        ("QH15 và A4", ["<code>", "và", "<code>"]),
        ("ngày 30/7/2021.", ["ngày", "<date>", "<s>"]),
        ("30-7-2021 30.7.2021", ["<date>", "<date>"]),
        ("30/7-2021", ["<num>"]),
        ("5 12 2021 1899 350 1.250.000", "<d1> <d2> <year> <num> <num> <num>".split()),
        (
            "Điều 5. Khoản 12; a: vậy",
            ["điều", "<d1>", "<s>", "khoản", "<d2>", "<s>", "a", "<s>", "vậy"],
        ),
        ("là gì? Không… (rồi.) hết", ["là", "gì", "<s>", "không", "<s>", "rồi", "<s>", "hết"]),
        ("“đúng.” v.v.", ["đúng", "<s>", "v", "v", "<s>"]),
        ("a, b - c / (d)", ["a", "b", "c", "d"]),
        ("", []),
        ("… ", ["<s>"]),
    ],
)
def test_words_of_text(text: str, words: list[str]) -> None:
    assert list(lm_words.words(text)) == words


@given(st.text())
def test_every_token_has_one_word(text: str) -> None:
    tokens = lm_words.tokens(text)
    assert list(lm_words.words(text)) == [lm_words.word_of(token) for token in tokens]
    assert all(token in text for token in tokens)


def test_paragraphs_end_with_one_boundary() -> None:
    encoder = Encoder()
    assert encoder.encode("một hai.")[-1] == BOUNDARY_ID
    assert encoder.encode("một hai") == encoder.encode("Một, hai.")
    assert encoder.encode(". . một. : hai").count(BOUNDARY_ID) == 2
    assert encoder.encode("...") == []


# ---------------------------------------------------------------- Kneser–Ney


def vocabulary_of(stream: Sequence[int]) -> list[int]:
    """What occurs, and two words that don't."""
    return sorted({*stream, 9, 1000})


class SlowKneserNey:
    """Modified Kneser–Ney straight from Chen & Goodman's formulas, one n-gram at a time."""

    def __init__(self, stream: Sequence[int], order: int) -> None:
        self.vocabulary = vocabulary_of(stream)
        self.raw = [Counter(self._ngrams(stream, n)) for n in range(1, order + 1)]
        self.counts = [self._adjusted(n) for n in range(1, order + 1)]
        self.discounts = [self._discount(c) for c in self.counts]
        self.following: dict[Gram, dict[int, int]] = defaultdict(dict)
        for gram, count in itertools.chain.from_iterable(c.items() for c in self.counts):
            self.following[gram[:-1]][gram[-1]] = count

    @staticmethod
    def _ngrams(stream: Sequence[int], n: int) -> Iterator[Gram]:
        for i in range(len(stream) - n + 1):
            gram = tuple(stream[i : i + n])
            if BOUNDARY_ID not in gram[1:-1]:
                yield gram

    def _adjusted(self, n: int) -> dict[Gram, int]:
        raw = self.raw[n - 1]
        if n == len(self.raw):
            return dict(raw)
        before = defaultdict(set)
        for longer in self.raw[n]:
            before[longer[1:]].add(longer[0])
        starts = {gram for gram in raw if n > 1 and gram[0] == BOUNDARY_ID}
        return {
            gram: count if gram in starts or not before[gram] else len(before[gram])
            for gram, count in raw.items()
        }

    @staticmethod
    def _discount(adjusted: dict[Gram, int]) -> list[float]:
        n1, n2, n3, n4 = (sum(c == k for c in adjusted.values()) for k in (1, 2, 3, 4))
        if 0 in (n1, n2, n3, n4):
            return [0, 0.5, 0.5, 0.5]
        y = n1 / (n1 + 2 * n2)
        exact = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        return [0, *(min(max(d, 0.05), k - 0.05) for k, d in enumerate(exact, 1))]

    def gamma(self, context: Gram) -> float:
        discount = self.discounts[len(context)]
        counts = self.following[context].values()
        return sum(discount[min(c, 3)] for c in counts) / sum(counts)

    def prob(self, context: Gram, word: int) -> float:
        below = self.prob(context[1:], word) if context else 1 / len(self.vocabulary)
        if context not in self.following:
            return below
        counts = self.following[context]
        count = counts.get(word, 0)
        discounted = count - self.discounts[len(context)][min(count, 3)]
        return discounted / sum(counts.values()) + self.gamma(context) * below


def key(gram: Gram) -> int:
    return sum(word << (16 * place) for place, word in enumerate(reversed(gram)))


def gram_of(packed: int, n: int) -> Gram:
    return tuple((packed >> (16 * place)) & 0xFFFF for place in reversed(range(n)))


sentences = st.lists(
    st.lists(st.sampled_from([0, 2, 3, 4, 5, 70, 65535]), min_size=1, max_size=7),
    min_size=2,
    max_size=14,
)


def stream_of(parts: list[list[int]]) -> list[int]:
    return [word for part in parts for word in [*part, BOUNDARY_ID]]


@given(sentences, st.integers(1, 4))
def test_estimates_equal_the_reference(parts: list[list[int]], order: int) -> None:
    stream = stream_of(parts)
    slow = SlowKneserNey(stream, order)
    fast = estimate(np.array(stream, dtype=np.uint16), len(slow.vocabulary), order)
    for n, found in enumerate(fast, 1):
        raw = {gram_of(int(k), n): int(c) for k, c in zip(found.keys, found.raw, strict=True)}
        assert raw == slow.raw[n - 1]
        for packed, value in zip(found.keys.tolist(), found.prob.tolist(), strict=True):
            gram = gram_of(packed, n)
            assert value == pytest.approx(slow.prob(gram[:-1], gram[-1]), rel=1e-9)


@given(sentences, st.integers(2, 4))
def test_every_distribution_sums_to_one(parts: list[list[int]], order: int) -> None:
    stream = stream_of(parts)
    slow = SlowKneserNey(stream, order)
    contexts = {gram[:-1] for grams in slow.raw for gram in grams} | {(5, 5), (2,)}
    for context in (c for c in contexts if len(c) < order):
        assert sum(slow.prob(context, w) for w in slow.vocabulary) == pytest.approx(1)


def all_log_probs(model: Pruned, context: Gram, vocabulary: Sequence[int]) -> list[float]:
    keys = np.array([key((*context, word)) for word in vocabulary], dtype=np.uint64)
    return [float(v) for v in log_prob(model, keys, len(context) + 1)]


@given(sentences, st.integers(2, 4), st.integers(1, 60))
def test_pruned_distributions_sum_to_one(parts: list[list[int]], order: int, entries: int) -> None:
    stream = stream_of(parts)
    vocabulary = vocabulary_of(stream)
    orders = estimate(np.array(stream, dtype=np.uint16), len(vocabulary), order)
    model = prune(orders, entries, len(vocabulary))
    assert len(model.keys) == order
    for n in range(1, order):
        contexts = {gram_of(int(k), n) for k in orders[n - 1].keys}
        for context in contexts:
            total = sum(math.exp(v) for v in all_log_probs(model, context, vocabulary))
            assert total == pytest.approx(1, abs=1e-5)


@given(sentences, st.integers(2, 4))
def test_pruning_nothing_changes_nothing(parts: list[list[int]], order: int) -> None:
    stream = stream_of(parts)
    vocabulary = vocabulary_of(stream)
    slow = SlowKneserNey(stream, order)
    orders = estimate(np.array(stream, dtype=np.uint16), len(vocabulary), order)
    model = prune(orders, 10**6, len(vocabulary))
    for gram in itertools.chain.from_iterable(slow.raw):
        context = gram[:-1]
        expected = [math.log(slow.prob(context, w)) for w in vocabulary]
        # An n-gram whose gain is nil is dropped: the lower order says the same.
        assert all_log_probs(model, context, vocabulary) == pytest.approx(expected, abs=1e-4)


@given(sentences, st.integers(2, 4), st.integers(1, 40))
def test_pruning_keeps_the_n_grams_that_gain_most(
    parts: list[list[int]], order: int, entries: int
) -> None:
    stream = stream_of(parts)
    slow = SlowKneserNey(stream, order)
    fast = estimate(np.array(stream, dtype=np.uint16), len(slow.vocabulary), order)
    model = prune(fast, entries, len(slow.vocabulary))
    gains = {}
    for n in range(2, order + 1):
        for gram, count in slow.raw[n - 1].items():
            context, word = gram[:-1], gram[-1]
            backed_off = slow.gamma(context) * slow.prob(context[1:], word)
            gains[gram] = count * math.log(slow.prob(context, word) / backed_off)
    kept = {gram_of(int(k), n) for n in range(2, order + 1) for k in model.keys[n - 1]}
    worst = min((gains[g] for g in kept), default=math.inf)
    dropped = [gains[g] for g in gains if g not in kept]
    assert all(gain <= worst + 1e-4 for gain in dropped)
    if len(kept) > entries:  # equal gains stay together
        assert sum(gain > worst + 1e-4 for gain in gains.values()) < entries


def test_counting_in_pieces_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    stream = random.integers(0, 6, 500).astype(np.uint16)
    for order in range(1, 5):
        whole = count_ngrams(stream, order)
        with monkeypatch.context() as patch:
            patch.setattr(counts, "_CHUNK", 37)
            pieces = count_ngrams(stream, order)
        assert np.array_equal(whole[0], pieces[0])
        assert np.array_equal(whole[1], pieces[1])


# ---------------------------------------------------------------- table


@given(st.dictionaries(st.integers(0, 2**64 - 1), st.integers(0, 255), max_size=300))
def test_table_returns_every_code(content: dict[int, int]) -> None:
    keys = np.array(list(content), dtype=np.uint64)
    codes = np.array(list(content.values()), dtype=np.uint8)
    assert look_up(build(keys, codes), keys).tolist() == codes.tolist()


def test_table_is_full_and_rarely_mistaken() -> None:
    random = np.random.default_rng(7)
    keys = np.unique(random.integers(0, 2**48, 60_000, dtype=np.uint64))
    codes = (keys % 256).astype(np.uint8)
    slots = build(keys, codes)
    assert slots.nbytes < 4.4 * len(keys)
    assert np.array_equal(look_up(slots, keys), codes)
    absent = random.integers(2**48, 2**63, 300_000, dtype=np.uint64)
    assert np.count_nonzero(look_up(slots, absent) < 256) <= 4  # 0.3 expected


def test_empty_table() -> None:
    slots = build(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint8))
    assert (look_up(slots, np.arange(100, dtype=np.uint64)) > 255).all()


# ---------------------------------------------------------------- vocabulary, near-duplicates


def test_vocabulary_takes_syllables_sooner_than_other_words() -> None:
    words = [*lm_words.CLASSES, "nghị", "rare", "định", "often"]
    first = len(lm_words.CLASSES)
    stream = np.array(
        [first] * 3 + [first + 1] * 3 + [first + 2] * 2 + [first + 3] * 30 + [3], dtype=np.uint32
    )
    ids, kept = choose_vocabulary(stream, words)
    assert kept == [*lm_words.CLASSES, "often", "nghị"]
    assert ids.tolist() == [first + 1] * 3 + [0] * 5 + [first] * 30 + [3]


def slow_without_overlap(stream: Stream, forbidden: Stream, share: float) -> list[list[int]]:
    def grams(ids: list[int]) -> list[Gram]:
        return [tuple(ids[i : i + 8]) for i in range(len(ids) - 7)]

    taboo = set(grams(forbidden.ids.tolist()))
    kept = []
    start = 0
    for end in stream.ends.tolist():
        paragraph = stream.ids[start:end].tolist()
        found = [gram in taboo for gram in grams(paragraph)]
        if sum(found) <= share * len(found):
            kept.append(paragraph)
        start = end
    return kept


paragraphs = st.lists(st.lists(st.integers(2, 3), max_size=20), min_size=1, max_size=10)


@given(paragraphs, paragraphs, st.integers(8, 50))
def test_without_overlap_equals_the_reference(
    train: list[list[int]], held: list[list[int]], chunk: int
) -> None:
    def stream(parts: list[list[int]]) -> Stream:
        ends = np.cumsum([len(part) for part in parts])
        return Stream(np.array(list(itertools.chain(*parts)), dtype=np.uint32), ends)

    whole = without_overlap(stream(train), stream(held))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "_CHUNK", chunk)
        pieces = without_overlap(stream(train), stream(held))
    expected = slow_without_overlap(stream(train), stream(held), 0.3)
    for found in (whole, pieces):
        assert found.ids.tolist() == list(itertools.chain(*expected))
        assert found.ends.tolist() == np.cumsum([len(p) for p in expected]).tolist()


def test_a_paragraph_is_encoded_once() -> None:
    encoder = Encoder()
    stream = encode_all(["một hai ba", "bốn", "một hai ba"], encoder)
    assert stream.ends.tolist() == [4, 6]


@given(sentences, sentences, st.integers(2, 4))
def test_weighed_counts_add_up(left: list[list[int]], right: list[list[int]], order: int) -> None:
    parts = [np.array(stream_of(part), dtype=np.uint16) for part in (left, right)]
    orders = estimate(np.concatenate(parts), 1 << 16, order)
    weigh(orders, [(parts[0], 3.0), (parts[1], 0.5)])
    for n, found in enumerate(orders[1:], start=2):
        expected: Counter[int] = Counter()
        for part, weight in zip(parts, (3.0, 0.5), strict=True):
            keys, counts_of = count_ngrams(part, n)
            for gram, count in zip(keys.tolist(), counts_of.tolist(), strict=True):
                expected[gram] += weight * count
        assert {
            k: v for k, v in zip(found.keys.tolist(), found.raw.tolist(), strict=True) if v
        } == (expected)


# ---------------------------------------------------------------- the files


@given(sentences, st.integers(2, 4), st.integers(1, 60))
def test_packed_model_agrees_with_the_pruned_one(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]], order: int, entries: int
) -> None:
    numbered = {w: i for i, w in enumerate([0, 1, 2, 3, 4, 5, 70, 65535])}
    stream = [numbered[w] for w in stream_of(parts)]
    vocabulary = [*lm_words.CLASSES]
    orders = estimate(np.array(stream, dtype=np.uint16), len(vocabulary), order)
    pruned = prune(orders, entries, len(vocabulary))
    directory = tmp_path_factory.mktemp("lm") / "language"
    write_model(pruned, vocabulary, {"format": 1, "order": order}, directory, 1)
    model = LanguageModel.load(directory)
    shutil.rmtree(directory)
    steps = [table.step for table in (*model.ngrams, *model.backoffs)]
    tolerance = 0.02 + sum(min(step, 1.0) for step in steps) / 2
    every = range(len(vocabulary))
    contexts = {g[:-1] for n in range(order) for g in SlowKneserNey._ngrams(stream, n + 1)}
    for context in contexts:
        expected = all_log_probs(pruned, context, every)
        packed = np.full(len(every), key(context), dtype=np.uint64)
        if not context:
            assert model.unigram == pytest.approx(expected, abs=0.01)
            continue
        # What stands before the context must not matter: nothing of it was stored with one there.
        weights, known = model.context_backoffs(packed)
        weights[len(context) :], known[len(context) :] = 0, False
        found = model.score(packed, np.array(every, dtype=np.uint64), weights, known)
        assert found == pytest.approx(expected, abs=tolerance)


NONCE = "oằn oèo uỵch oác oạp ngoẹo khuỷu khuya".split()


def write_corpus(path: Path, documents: Sequence[Sequence[str]]) -> Path:
    path.write_text("\n\n".join("\n".join(d) for d in documents) + "\n", encoding="utf-8")
    return path


def make_documents(count: int, seed: int = 3) -> list[list[str]]:
    random = np.random.default_rng(seed)
    words = "căn cứ luật tổ chức chính quyền địa phương ủy ban nhân dân tỉnh ban hành".split()
    return [
        [" ".join(random.choice(words, 12)) + f" số {n}." for _ in range(3)] for n in range(count)
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "tiny.txt", make_documents(300))


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("model") / "language"
    train_language([corpus], output, options=LanguageOptions(entries=3000), log=lambda _: None)
    return output


def silent(_: str) -> None:
    pass


def test_training_end_to_end(trained: Path, corpus: Path) -> None:
    model = LanguageModel.load(trained)
    assert model.order == 4
    assert model.vocabulary[: len(lm_words.CLASSES)] == lm_words.CLASSES
    assert "quyền" in model.vocabulary
    assert model.manifest["corpora"][0]["name"] == corpus.name
    assert len(model.manifest["corpora"][0]["sha256"]) == 64
    assert sum(model.manifest["entries"][1:]) <= 3100
    assert model.ids("căn cứ xyz 5") == [
        model.index["căn"],
        model.index["cứ"],
        0,
        model.index["<d1>"],
    ]


def test_longer_histories_lower_the_perplexity_of_formulas(tmp_path: Path) -> None:
    formulas = ["căn cứ luật tổ chức chính quyền địa phương", "xét đề nghị của sở nội vụ"]
    documents = [[formulas[n % 2], formulas[n % 3 % 2], f"điều {n}."] for n in range(40)]
    model = train_language(
        [write_corpus(tmp_path / "c.txt", documents)], tmp_path / "m", log=silent
    )
    values = [perplexity(model, formulas, order)[0] for order in (1, 2, 3, 4)]
    assert values[0] > values[1] > values[2] * 0.999
    assert values[3] < 3
    assert perplexity(model, formulas, 4)[1] == 9 + 7 + 2  # words and the ends of both


def test_same_corpora_give_the_same_bytes(trained: Path, corpus: Path, tmp_path: Path) -> None:
    again = tmp_path / "language"
    train_language([corpus], again, options=LanguageOptions(entries=3000), log=silent)
    for path in trained.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    assert sorted(p.name for p in again.iterdir()) == sorted(p.name for p in trained.iterdir())


def test_held_back_documents_and_their_copies_are_never_trained_on(tmp_path: Path) -> None:
    nonce = " ".join(NONCE)
    documents = make_documents(50)
    number = next(n for n in range(10**6) if is_held_back([f"{nonce} số {n}"]))
    documents.insert(7, [f"{nonce} số {number}"])
    copies = [[f"{nonce} số {n}"] for n in range(number + 1, number + 20)]
    copies = [d for d in copies if not is_held_back(d)]
    other = write_corpus(tmp_path / "other.txt", copies)
    held = tmp_path / "held.txt"
    model = train_language(
        [write_corpus(tmp_path / "c.txt", documents), other],
        tmp_path / "model",
        held_back=held,
        log=silent,
    )
    assert not set(NONCE) & set(model.vocabulary)
    assert f"{nonce} số {number}\n" in held.read_text("utf-8")
    expected = [p for d in [*documents, *copies] if is_held_back(d) for p in d]
    assert [line for line in held.read_text("utf-8").split("\n") if line] == expected


def test_excluded_text_is_never_trained_on(tmp_path: Path) -> None:
    nonce = " ".join(NONCE)
    documents = [*make_documents(20), *([f"{nonce} thứ {n}"] for n in range(30))]
    path = write_corpus(tmp_path / "c.txt", documents)
    scored = tmp_path / "scored.txt"
    scored.write_text(f"Mở đầu\n{nonce.upper()} thứ nhất.\n", encoding="utf-8")
    with_it = train_language([path], tmp_path / "a", log=silent)
    without = train_language([path], tmp_path / "b", exclude_texts=[scored], log=silent)
    assert set(NONCE) <= set(with_it.vocabulary)
    assert not set(NONCE) & set(without.vocabulary)


def test_training_on_nothing_is_an_input_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n\n", encoding="utf-8")
    with pytest.raises(InputError, match="no text"):
        train_language([empty], tmp_path / "m", log=silent)
    with pytest.raises(InputError, match="missing"):
        train_language([tmp_path / "missing.txt"], tmp_path / "m", log=silent)
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="binary"):
        train_language([binary], tmp_path / "m", log=silent)
    broken = tmp_path / "broken.txt.xz"
    broken.write_bytes(b"no xz at all")
    with pytest.raises(InputError, match="broken"):
        train_language([broken], tmp_path / "m", log=silent)
    assert not (tmp_path / "m").exists()


def test_only_a_model_is_replaced(corpus: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("keep me")
    with pytest.raises(OutputError, match="mine"):
        train_language([corpus], mine, log=silent)
    assert (mine / "letter.txt").read_text() == "keep me"
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize("order", [1, 5])
def test_impossible_orders(order: int) -> None:
    with pytest.raises(UsageError, match="order"):
        LanguageOptions(order=order)


def test_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="vnadmin train language"):
        LanguageModel.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["language.json", "vocabulary.txt", "unigram.npy", "ngram3.npy", "backoff2.npy"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbage"])
def test_damaged_models(trained: Path, tmp_path: Path, name: str, damage: str) -> None:
    copy = tmp_path / "language"
    shutil.copytree(trained, copy)
    victim = copy / name
    content = victim.read_bytes()
    victim.unlink()
    if damage == "empty":
        victim.touch()
    elif damage == "cut":
        victim.write_bytes(content[: len(content) // 2])
    elif damage == "garbage":
        victim.write_bytes(b"\x93NUMPY\xff\xfe" + bytes(range(256)))
    with pytest.raises(ModelError):
        LanguageModel.load(copy)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"format": None},
        {"order": "many"},
        {"quantisation": {}},
        {"quantisation": {"ngram2": [0.0]}},
    ],
)
def test_models_of_another_format(trained: Path, tmp_path: Path, change: dict[str, object]) -> None:
    copy = tmp_path / "language"
    shutil.copytree(trained, copy)
    manifest = json.loads((copy / "language.json").read_text("utf-8"))
    (copy / "language.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
    with pytest.raises(ModelError):
        LanguageModel.load(copy)


def test_sequence_starts_after_a_boundary(trained: Path) -> None:
    model = LanguageModel.load(trained)
    ids = model.ids("căn cứ luật tổ chức")
    scores = model.sequence(ids)
    context = model.index["<s>"]
    for word, score in zip(ids, scores, strict=True):
        packed = np.array([context], dtype=np.uint64)
        one = model.score(
            packed, np.array([word], dtype=np.uint64), *model.context_backoffs(packed)
        )
        assert one[0] == pytest.approx(score, abs=1e-5)
        context = int(model.extend(packed, np.array([word], dtype=np.uint64))[0])
    totals: dict[int, float] = defaultdict(float)
    for order in (1, 2, 3, 4):
        totals[order] = float(model.sequence(ids, order).sum())
    assert totals[4] == pytest.approx(float(scores.sum()))
