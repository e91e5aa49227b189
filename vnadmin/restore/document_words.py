"""The second pass: sentences in doubt are read again by one who has read the whole document.

What a document says for sure becomes a small language model (language/document.py), and sentences
that hold a word in doubt are searched anew with it mixed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.language.document import GAP, with_document
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD
from vnadmin.restore.decoder import Decoded, Ints, Lattice, decode

_SURE = 0.9
"""Posterior from which a word is the document's own."""

_DOUBT = 0.8
"""Posterior below which a word's sentence is read again; more costs time and changes nothing."""

ENOUGH_WORDS = 40
"""Items a document needs: less says nothing that the sentence in doubt doesn't say itself."""


def read_again(
    model: LanguageModel,
    lattice: Lattice,
    decoded: Decoded,
    documents: Iterable[Sequence[int]],
) -> Decoded:
    """Decode sentences in doubt with the wording of their documents.

    The evidence stays that of the first pass: a text can't vouch for itself. Where the model is
    bent to an archive, whose wording is mixed in already, nothing is read again.

    Args:
        model: the language model.
        lattice: all documents' sentences.
        decoded: what was found in it.
        documents: the sequences of each document's sentences in reading order; a sentence that
            recurs stands there as often. No two documents share a sequence.

    Returns:
        What was found in the end.
    """
    if model.added is not None:
        return decoded
    paths, posterior = list(decoded.paths), decoded.posterior.copy()
    in_doubt = _in_doubt(decoded)
    by_sequence = np.argsort(lattice.sequence, kind="stable")
    cuts = np.searchsorted(lattice.sequence[by_sequence], np.arange(len(paths) + 1))
    for own in documents:
        again = sorted({number for number in own if in_doubt[number]})
        if not again:
            continue
        arcs = np.concatenate([by_sequence[cuts[n] : cuts[n + 1]] for n in again])
        ids = _sure_words(model, lattice, decoded, own)
        found = decode(with_document(model, ids), _part(lattice, again, arcs))
        posterior[arcs] = found.posterior
        for number, path in zip(again, found.paths, strict=True):
            paths[number] = arcs[path].tolist()
    return Decoded(paths, posterior, decoded.evidence)


def _in_doubt(decoded: Decoded) -> NDArray[np.bool_]:
    """Return which sequences have a word in doubt on their path."""
    length = np.array([len(path) for path in decoded.paths], dtype=np.int64)
    arcs = np.array([arc for path in decoded.paths for arc in path], dtype=np.int64)
    sequence = np.repeat(np.arange(len(length)), length)[decoded.posterior[arcs] < _DOUBT]
    return np.bincount(sequence, minlength=len(length)) > 0


def _part(lattice: Lattice, sequences: Sequence[int], arcs: Ints) -> Lattice:
    """Return the lattice of some sequences, whose arcs these are in their order."""
    number = np.searchsorted(np.array(sequences), lattice.sequence[arcs])
    return Lattice(
        lattice.lengths[sequences],
        number,
        lattice.start[arcs],
        lattice.end[arcs],
        lattice.words[arcs],
        lattice.log_prob[arcs],
    )


def _sure_words(
    model: LanguageModel, lattice: Lattice, decoded: Decoded, sequences: Sequence[int]
) -> NDArray[np.uint16]:
    """Return the words of sentences, a gap where one is in doubt or unknown."""
    paths = [decoded.paths[number] for number in sequences]
    arcs = np.array([arc for path in paths for arc in path], dtype=np.int64)
    rows = np.full((len(arcs), 2 + lattice.words.shape[1]), NO_WORD, dtype=np.uint16)
    starts = np.cumsum([0, *(len(path) for path in paths[:-1])])
    rows[starts, 0], rows[starts, 1] = GAP, model.index[lm_words.BOUNDARY]
    rows[:, 2:] = lattice.words[arcs]
    doubtful = decoded.posterior[arcs] < _SURE
    rows[doubtful, 2], rows[doubtful, 3:] = GAP, NO_WORD
    result: NDArray[np.uint16] = rows[rows != NO_WORD]
    return result
