"""What several people said of the same pictures, and how reliable each of them is.

Dawid and Skene (Appl. Stat. 28, 1979, 20-28): each person has a table of how often they say what
where something is so; what is so, and these tables, are found in turns by expectation and
maximisation. A few answers are assumed for each cell, so that somebody who said little is not taken
for somebody who never errs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Answers assumed of each person where what is so is said, and where another is.
AGREES, OTHERWISE = 0.02, 0.01
STEADY, MOST_ROUNDS = 1e-6, 1000


@dataclass(frozen=True)
class Judged:
    """What follows from the answers.

    Args:
        likely: (n_things, n_answers) how likely each answer is right.
        reliability: (n_people, n_answers, n_answers) how often each says the third where the second
            is so.
        share: (n_answers,) how often each is right.
    """

    likely: F8
    reliability: F8
    share: F8


def judged(thing: I8, person: I8, answer: I8, shape: tuple[int, int, int]) -> Judged:
    """Weigh answers by how reliable those are who gave them.

    Args:
        thing: (n,) what each answer is about, 0..n_things-1.
        person: (n,) who gave it, 0..n_people-1.
        answer: (n,) 0..n_answers-1.
        shape: number of things, of people and of answers.
    """
    n_things, n_people, n_answers = shape
    likely = np.zeros((n_things, n_answers))
    np.add.at(likely, (thing, answer), 1.0)
    likely = (likely + 1e-9) / (likely + 1e-9).sum(axis=1, keepdims=True)
    cell = person * n_answers + answer
    assumed = np.full((n_answers, n_answers), OTHERWISE) + np.eye(n_answers) * (AGREES - OTHERWISE)
    for _round in range(MOST_ROUNDS):
        counted = np.stack(
            [
                np.bincount(cell, weights=likely[thing, so], minlength=n_people * n_answers)
                for so in range(n_answers)
            ]
        ).reshape(n_answers, n_people, n_answers)
        reliability = counted.transpose(1, 0, 2) + assumed
        reliability /= reliability.sum(axis=2, keepdims=True)
        share = likely.sum(axis=0) + OTHERWISE
        share /= share.sum()
        logs = np.tile(np.log(share), (n_things, 1))
        np.add.at(logs, thing, np.log(reliability[person, :, answer]))
        before = likely
        likely = np.exp(logs - logs.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        if np.abs(likely - before).max() < STEADY:
            break
    return Judged(likely, reliability, share)
