"""A program that asks within a limit: `python -m tests.http.asking LEDGER TOLD COUNT [stay]`.

It writes the time at which the app would have seen each request. With `stay` it never hears an
answer.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from devsession.http import Limit, Matcher, Rate, RateLimiter

RATE = Rate(5, 0.5)
LIMIT = Limit("all", (Matcher(frozenset({"GET"}), "."),), (RATE,))
URL = "https://app.example/contacts"


def main(ledger: str, told: str, count: str, stay: str = "") -> None:
    limiter = RateLimiter([LIMIT], ledger=Path(ledger))
    with Path(told).open("a", encoding="utf-8") as file:
        sent = []
        for _ in range(int(count)):
            sent.append(limiter.take("GET", URL))
            file.write(f"{time.time()}\n")
            file.flush()
            if not stay:
                sent.pop().seen()
        if stay:
            print("sent", flush=True)
            time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
