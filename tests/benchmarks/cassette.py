"""Playing a scenario's cassette, against stock vcrpy playing the same file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING
from unittest import mock

import requests
import vcr

from devsession.recording.exchange import Exchange
from devsession.recording.replay import Replay
from devsession.recording.scenario import ScenarioFolder
from devsession.secrets.redact import Redactor
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAMPLE = 60
_SAMPLED_FROM = 2_000


def cassette_replay_100() -> Figure:
    """As `cassette_replay_10000`, with 100 exchanges; the baseline is measured whole."""
    return _replayed(100)


def cassette_replay_1000() -> Figure:
    """As `cassette_replay_10000`, with 1,000 exchanges; the baseline is measured whole."""
    return _replayed(1_000)


def cassette_replay_10000() -> Figure:
    """Seconds to load a scenario's cassette of 10,000 different exchanges and to answer each
    request once, by requests with one session, network shut. Neither looks for a proxy in the
    environment before each request, which is half of requests' own time.

    Ours has parsed the file before, as any but the first test run has. The first one parses 5 MB
    of YAML, as the baseline does on each run: 5 to 7 seconds more on two cores, once.
    The baseline is stock vcrpy with its default matchers, which leave the body out. It takes 20
    minutes, so at this size 60 requests stand for all, spread evenly; its loading is measured.
    """
    return _replayed(10_000)


def _replayed(number: int) -> Figure:
    with (
        TemporaryDirectory() as temporary,
        mock.patch.dict(os.environ, {"DEVSESSION_CACHE_DIR": temporary}),
    ):
        folder = ScenarioFolder(Path(temporary) / "scenario")
        exchanges = [_exchange(each) for each in range(number)]
        folder.write_cassette(exchanges, Redactor({}))
        folder.read_cassette()
        urls = [exchange.url for exchange in exchanges]
        return Figure(_ours(folder, urls), _stock(folder.path / "cassette.yaml", urls))


def _ours(folder: ScenarioFolder, urls: list[str]) -> float:
    start = perf_counter()
    with Replay(folder.read_cassette(), where="cassette.yaml") as replay:
        _ask(urls)
    seconds = perf_counter() - start
    if replay.not_sent:
        raise RuntimeError(f"{len(replay.not_sent)} exchanges were not played")
    return seconds


def _stock(cassette: Path, urls: list[str]) -> float:
    every = len(urls) // _SAMPLE if len(urls) >= _SAMPLED_FROM else 1
    start = perf_counter()
    with vcr.VCR().use_cassette(cassette, record_mode="none"):
        loaded = perf_counter() - start
        seconds = _ask(urls[every // 2 :: every])
    return loaded + mean(seconds) * len(urls)


def _ask(urls: Iterable[str]) -> list[float]:
    """The seconds that each request took."""
    seconds = []
    with requests.Session() as session:
        session.trust_env = False
        for url in urls:
            start = perf_counter()
            answer = session.get(url, timeout=30).json()
            seconds.append(perf_counter() - start)
            if not url.endswith(f"/{answer['id']}"):
                raise RuntimeError(f"{url} got the answer {answer}")
    return seconds


def _exchange(number: int) -> Exchange:
    contact = {"id": number, "email": f"contact-{number}@example.com", "name": "Zoë Müller"}
    return Exchange(
        method="GET",
        url=f"https://app.example/api/contacts/{number}",
        request_headers={"Accept": ["*/*"], "Authorization": ["Bearer REDACTED-api-key"]},
        status=200,
        reason="OK",
        response_headers={
            "Content-Type": ["application/json"],
            "Date": ["Mon, 02 Nov 2026 08:00:00 GMT"],
            "Server": ["app"],
        },
        response_body=json.dumps({**contact, "tags": ["lead", "newsletter"]}).encode(),
    )
