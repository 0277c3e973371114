"""The contract of a metadata source: a good one passes all of it, each broken one fails one check."""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from devsession.errors import UsageError
from devsession.openmetadata import Source, Table
from devsession.session.plugin_source import load_plugin_class
from devsession.testing import SuiteConfig, metadata_contract, run_scenario
from tests.broken_sources import good
from tests.broken_sources.gallery import NAMES, failures, picture
from tests.broken_sources.good import AcmeSource, record
from tests.refresh_troubleshooting import SOURCES_PAGE, sources_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.openmetadata import WorkflowContext
    from devsession.openmetadata.steps.steps import Yielded


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scenarios")
    record(place)
    return place


def test_a_good_source_passes_every_check(scenarios: Path) -> None:
    config = SuiteConfig(scenarios=scenarios, records=11)

    report = metadata_contract(AcmeSource, config).report()

    assert {each.state for each in report.checks} == {"ok"}, str(report)


def test_there_are_as_many_broken_sources_as_checks() -> None:
    checks = metadata_contract(AcmeSource).checks()

    assert {picture(name).check for name in NAMES} == set(checks)


@pytest.fixture(scope="module")
def verdicts(scenarios: Path) -> Callable[[str], dict[str, str]]:
    """Check -> why it fails, of a broken source by its name; each is tried once."""

    @cache
    def of(name: str) -> dict[str, str]:
        return failures(picture(name).broken, scenarios)

    return of


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_source_fails_in_the_check_that_names_its_fault(
    name: str, verdicts: Callable[[str], dict[str, str]]
) -> None:
    found = verdicts(name)

    assert list(found) == [picture(name).check]
    assert ".py" in found[picture(name).check].partition("  where: ")[2]
    assert "  next:  " in found[picture(name).check]


def test_the_troubleshooting_page_is_made_of_the_gallery(
    verdicts: Callable[[str], dict[str, str]],
) -> None:
    made = sources_page({name: verdicts(name)[picture(name).check] for name in NAMES})

    assert SOURCES_PAGE.read_text(encoding="utf-8") == made, (
        "python -m tests.refresh_troubleshooting"
    )


def test_without_a_recording_a_check_says_what_to_record(tmp_path: Path) -> None:
    report = metadata_contract(AcmeSource, SuiteConfig(scenarios=tmp_path / "scenarios")).report()

    assert report
    told = {each.told for each in report.checks if each.state == "not tried"}
    assert told
    assert all("run and complete() a scenario of a workflow" in why for why in told)


def test_a_check_can_be_left_out(scenarios: Path) -> None:
    config = SuiteConfig(scenarios=scenarios, skip={"a_huge_system": "it has three tables"})

    with pytest.raises(pytest.skip.Exception, match="it has three tables"):
        metadata_contract(AcmeSource, config)().test_a_huge_system()


def test_what_is_no_source_is_refused() -> None:
    with pytest.raises(UsageError, match="takes the class of a source"):
        metadata_contract(Table)  # type: ignore[arg-type]


def test_a_source_without_a_config_is_told_what_that_costs(tmp_path: Path) -> None:
    class Bare(Source):
        def generate(self) -> Iterator[Yielded]:
            yield Table(name="t", database="d", schema="s", columns=[])

    record(tmp_path, Bare)

    found = failures(Bare, tmp_path)

    assert "has no Config" in found["test_its_configuration_is_whole"]


def test_a_scenario_is_played_and_differs_where_the_source_does(scenarios: Path) -> None:
    changed = picture("counts_a_column_twice").broken

    assert run_scenario(AcmeSource, scenarios / "reads-all")
    told = str(run_scenario(changed, scenarios / "reads-all"))
    assert "Table acme.main.public.people: columns is 3 of them, expected 2 of them" in told


class OfUrllib3(AcmeSource):
    """Has the library below repeat."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = requests.Session()
        again = Retry(3, status_forcelist=[429, 500, 503], backoff_factor=1)
        self.http.mount("https://", HTTPAdapter(max_retries=again))


class ByHand(AcmeSource):
    """Waits twice as long each time."""

    def get(self, *path: str, **query: str) -> Any:
        with requests.Session() as self.http:
            self.prepare()
            for seconds in (0.5, 1, 2, 4):
                try:
                    return super().get(*path, **query)
                except requests.HTTPError as error:
                    if error.response.status_code not in (429, 503):
                        raise
                time.sleep(seconds)
            return super().get(*path, **query)


@pytest.mark.parametrize("source", [OfUrllib3, ByHand])
def test_any_way_to_wait_for_a_busy_system_is_a_way(
    source: type[AcmeSource], scenarios: Path
) -> None:
    assert failures(source, scenarios) == {}


def test_a_project_s_readme_names_the_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "plugin", raising=False)
    record(tmp_path / "scenarios")
    folder = Path(good.__file__).parent
    (tmp_path / "plugin.py").write_text((folder / "good.py").read_text("utf-8"), "utf-8")
    suite = metadata_contract(load_plugin_class(tmp_path))  # type: ignore[arg-type]
    readme = tmp_path / "README.md"

    readme.write_text("| read schemas, | read\n tables |", "utf-8")
    suite().test_its_permissions_are_listed()
    readme.write_text("| Read schemas | its lists |", "utf-8")
    with pytest.raises(pytest.fail.Exception, match="does not name the permissions 'read tables'"):
        suite().test_its_permissions_are_listed()


def test_a_report_names_the_sentence_that_asks_for_what_is_missing(scenarios: Path) -> None:
    config = SuiteConfig(scenarios=scenarios, records=11)
    report = metadata_contract(picture("asks_for_any_key").broken, config).report()

    [failed] = [each for each in report.checks if each.state == "error"]

    assert failed.source == (
        'developing-metadata-plugins guide, "Security and compliance": least-privilege credentials'
    )
    assert failed.source in str(report)
