"""One question at a time after a refusal; imported in the asking process only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_random,
)
from yfinance.data import YfData
from yfinance.exceptions import YFRateLimitError

if TYPE_CHECKING:
    from collections.abc import Callable

ATTEMPTS = 4
"""Times that a refused question is put before all questions are given up."""

_Result = TypeVar("_Result")


class Turnstile:
    """Lets questions through until one is refused; then one alone, with growing pauses, until it is answered.

    Parameters
    ----------
    first_pause
        Seconds before the first repetition; each further pause is twice as long, and all are lengthened at random.
    seconds
        Time there is for one question and its repetitions.
    """

    def __init__(self, *, first_pause: float, seconds: float) -> None:
        self._first_pause = first_pause
        self._seconds = seconds
        self._open = threading.Event()
        self._open.set()
        self._one = threading.Lock()
        self._is_given_up = False

    def pass_through(self, ask: Callable[[], _Result]) -> _Result:
        """Return what `ask` returns.

        Raises
        ------
        YFRateLimitError
            When Yahoo has refused too often, now or for another question.
        """
        while True:
            self._open.wait()
            if self._is_given_up:
                raise YFRateLimitError
            try:
                return ask()
            except YFRateLimitError as refusal:
                if self._one.acquire(blocking=False):
                    return self._repeat(ask, refusal)

    def _repeat(self, ask: Callable[[], _Result], refusal: YFRateLimitError) -> _Result:
        """Put one question again and again; the refusal that brought us here counts as the first attempt."""
        self._open.clear()
        refusals = [refusal]

        def attempt() -> _Result:
            if refusals:
                raise refusals.pop()
            YfData.cache_get.cache_clear()
            return ask()

        try:
            result: _Result = Retrying(
                retry=retry_if_exception_type(YFRateLimitError),
                wait=wait_exponential(multiplier=self._first_pause) + wait_random(0.0, self._first_pause),
                stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self._seconds),
                reraise=True,
            )(attempt)
        except YFRateLimitError:
            self._is_given_up = True
            raise
        finally:
            self._open.set()
            self._one.release()
        return result
