"""What the frames of a strip spell: connectionist temporal classification (Graves 2006), held to an
exact number of symbols.

A frame shows one symbol or the blank; a run of frames with one symbol is that symbol once, blanks
part equal neighbours. Everything here is exact under that rule: the likeliest alignments of any
text of the wanted length (Viterbi), the probability of a given text (forward), and what else could
stand in each of its places (forward and backward).

Shapes: N strips of T frames over C classes, the blank last; texts are K class indices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spelling", "likeliest", "spell"]

Values = NDArray[np.float64]
Texts = NDArray[np.intp]

_LEAST = 1e-300
"""Under it a product of probabilities is taken for nothing."""


@dataclass(frozen=True)
class Spelling:
    """How frames spell one `text` (K,): `score`, its log probability over all alignments; `places`
    (K,), where each symbol stands, in frames; `probabilities` (K, C - 1), of every symbol in each
    place while the others stay as they are."""

    text: Texts
    score: float
    places: Values
    probabilities: Values


def likeliest(frames: Values, length: int, most: int, within: float = np.inf) -> list[list[Texts]]:
    """For each of the strips (N, T, C), up to `most` texts of `length` symbols, best first, none of
    them `within` nats worse than the best.

    Where the frames show another number of symbols, each text is the best of those whose last
    symbol ends at some frame: marks around a number, read as one symbol more, give neighbours to
    the true text. Else there is one alone.
    """
    found: list[list[Texts]] = [[] for _ in frames]
    doubtful = []
    for n, loudest in enumerate(frames.argmax(axis=2)):
        text = _collapsed(loudest, frames.shape[2] - 1)
        if len(text) == length:  # the best of all alignments, so the best of this length
            found[n] = [text]
        else:
            doubtful.append(n)
    if doubtful:
        logs = np.log(np.maximum(frames[doubtful], _LEAST))
        for n, texts in zip(doubtful, _searched(logs, length, most, within), strict=True):
            found[n] = texts
    return found


def _collapsed(alignment: Texts, blank: int) -> Texts:
    """The text of one alignment (T,): runs once, blanks not at all."""
    begins = np.concatenate([[True], alignment[1:] != alignment[:-1]])
    return np.asarray(alignment[begins & (alignment != blank)])


def _searched(logs: Values, length: int, most: int, within: float) -> list[list[Texts]]:
    trellis = _Trellis(logs, length)
    blank = logs[:, :, -1]
    tails = blank[:, ::-1].cumsum(axis=1)[:, ::-1] - blank  # all that follows shows nothing
    found = []
    for n in range(len(logs)):
        ends = trellis.ends[n] + tails[n]
        worst = max(float(ends.max()) - within, -np.finfo(np.float64).max)
        texts: list[Texts] = []
        for end in np.argsort(-ends, kind="stable")[: 4 * most]:
            if len(texts) == most or ends[end] < worst:
                break
            text = trellis.text(n, int(end))
            if not any(np.array_equal(text, other) for other in texts):
                texts.append(text)
        found.append(texts)
    return found


class _Trellis:
    """Viterbi over (symbols emitted, class now), with the way back."""

    def __init__(self, logs: Values, length: int) -> None:
        strips, frames, classes = logs.shape
        self.length, self.blank = length, classes - 1
        shape = (frames, strips, length + 1)
        self.first = np.zeros(shape, np.intp)
        self.second = np.zeros(shape, np.intp)
        self.entered = np.zeros((*shape, classes - 1), np.bool_)
        self.ends = np.full((strips, frames), -np.inf)
        self.last = np.zeros((strips, frames), np.intp)
        best = np.full((strips, length + 1, classes), -np.inf)
        best[:, 0, self.blank] = 0.0
        strip, emitted = np.ogrid[:strips, : length + 1]
        for t in range(frames):
            first = best.argmax(axis=2)
            top = best[strip, emitted, first]
            rest = best.copy()
            rest[strip, emitted, first] = -np.inf
            second = rest.argmax(axis=2)
            # A symbol follows anything but itself: for that the second best stands in.
            enter = np.repeat(top[..., None], classes, axis=2)
            enter[strip, emitted, first] = rest[strip, emitted, second]
            enter, stay = enter[:, :-1, :-1], best[:, 1:, :-1]
            self.first[t], self.second[t] = first, second
            np.greater(enter, stay, out=self.entered[t, :, 1:])
            np.maximum(enter, stay, out=stay)
            stay += logs[:, t, None, :-1]
            best[..., -1] = top + logs[:, t, None, -1]
            self.last[:, t] = best[:, length, :-1].argmax(axis=1)
            self.ends[:, t] = best[:, length, :-1].max(axis=1)

    def text(self, strip: int, end: int) -> Texts:
        """The text whose last symbol shows in frame `end` for the last time."""
        emitted, now = self.length, int(self.last[strip, end])
        text = [now]
        for t in range(end, -1, -1):
            if now != self.blank:
                if not self.entered[t, strip, emitted, now]:
                    continue
                emitted -= 1
                first = int(self.first[t, strip, emitted])
                now = first if first != now else int(self.second[t, strip, emitted])
            else:
                now = int(self.first[t, strip, emitted])
            if now != self.blank:
                text.append(now)
        return np.array(text[::-1], np.intp)


def spell(frames: Values, texts: Texts) -> list[Spelling]:
    """How the frames (N, T, C), one strip for each of the `texts` (N, K), spell them."""
    loudest = frames.max(axis=2)
    shown = frames / loudest[:, :, None]  # keeps products over all frames within float64
    states = _states(texts, frames.shape[2] - 1)
    emitted = np.take_along_axis(shown, states[:, None, :], axis=2)
    skips = np.zeros(states.shape)
    skips[:, 3::2] = texts[:, 1:] != texts[:, :-1]
    forward, backward = _both_ways(emitted, skips)
    totals = backward[:, 0, 0] + backward[:, 0, 1]
    scores = np.log(np.maximum(totals, _LEAST)) + np.log(loudest).sum(axis=1)
    standing = forward[:, 1:, 1::2] * backward[:, :-1, 1::2] / emitted[:, :, 1::2]
    at = np.arange(frames.shape[1]) + 0.5
    weight = np.maximum(standing.sum(axis=1), _LEAST)
    places = (standing * at[None, :, None]).sum(axis=1) / weight
    others = _others(shown[:, :, :-1], texts, forward, backward)
    spelled = zip(texts, scores.tolist(), places, others, strict=True)
    return [Spelling(*spelling) for spelling in spelled]


def _states(texts: Texts, blank: int) -> Texts:
    """(N, 2K + 1): the symbols with a blank before, between and after."""
    states = np.full((len(texts), 2 * texts.shape[1] + 1), blank, np.intp)
    states[:, 1::2] = texts
    return states


def _forward(emitted: Values, skips: Values) -> Values:
    """(N, T + 1, S) probability of the first t frames, the last of them in state s. Before the
    first frame all stand in the blank before the text."""
    strips, frames, states = emitted.shape
    forward = np.zeros((strips, frames + 1, states))
    forward[:, 0, 0] = 1.0
    for t in range(frames):
        before = forward[:, t]
        now = forward[:, t + 1]
        now[:] = before
        now[:, 1:] += before[:, :-1]
        now[:, 2:] += skips[:, 2:] * before[:, :-2]
        now *= emitted[:, t]
    return forward


def _both_ways(emitted: Values, skips: Values) -> tuple[Values, Values]:
    """`_forward`, and (N, T + 1, S) the probability of frame t and all that follow, t in state s;
    after the last frame all stand in the blank after the text. The second is the first of frames
    and states that run the other way: both in one go take half of the time."""
    ahead = np.zeros(skips.shape)
    ahead[:, :-2] = skips[:, 2:]
    found = _forward(
        np.concatenate([emitted, emitted[:, ::-1, ::-1]]), np.concatenate([skips, ahead[:, ::-1]])
    )
    return found[: len(skips)], found[len(skips) :, ::-1, ::-1]


def _others(shown: Values, texts: Texts, forward: Values, backward: Values) -> Values:
    """(N, K, C - 1) probability of each symbol in each place, the others given.

    For one place a symbol is entered from what stands before it, held, and left for what stands
    after it; equal neighbours have to pass through the blank.
    """
    strips, length = texts.shape
    before, after = np.zeros_like(texts), np.zeros_like(texts)
    before[:, 1:], after[:, :-1] = texts[:, :-1], texts[:, 1:]
    enters, leaves = forward[:, :-1, 0:-1:2].copy(), backward[:, 1:, 2::2].copy()
    from_blank, to_blank = enters.copy(), leaves.copy()
    enters[:, :, 1:] += forward[:, :-1, 1:-2:2]
    leaves[:, :, :-1] += backward[:, 1:, 3::2]
    own_before = (*np.ogrid[:strips, :length], before)
    own_after = (*np.ogrid[:strips, :length], after)
    held, total, part = np.zeros((3, strips, length, shown.shape[2]))
    for t in range(shown.shape[1]):
        kept = held[own_before]
        held += enters[:, t, :, None]
        held[own_before] = kept + from_blank[:, t]
        held *= shown[:, t, None]
        np.multiply(held, leaves[:, t, :, None], out=part)
        part[own_after] = held[own_after] * to_blank[:, t]
        total += part
    return np.asarray(total / np.maximum(total.sum(axis=2, keepdims=True), _LEAST))
