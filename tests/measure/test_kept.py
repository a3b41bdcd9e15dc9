"""What several threads need is worked out once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from contrechamp.measure.kept import Kept


def test_what_threads_ask_for_at_once_is_worked_out_once():
    kept, done, together = Kept(), [], Barrier(4)

    def ask(key):
        together.wait(timeout=10)
        return kept.of(key, lambda: done.append(key) or len(done))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, ["a", "a", "a", "b"]))
    assert sorted(done) == ["a", "b"]
    assert found[0] == found[1] == found[2] != found[3]


def test_work_that_failed_is_tried_again():
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: 1 // 0)
    assert kept.of("a", lambda: 2) == 2
