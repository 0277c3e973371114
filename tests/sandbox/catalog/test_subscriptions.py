"""Subscriptions to events: what is taken, shown and refused."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from devsession.sandbox.catalog import create_catalog
from tests.sandbox.catalog.conftest import TOKEN, Api, Clock, refusal
from tests.sandbox.catalog.subscriber import subscription

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PATH = "/events/subscriptions"
URL = "http://127.0.0.1:1/events"
SECRETS = {
    "secretKey": "the-secret-of-both",
    "headers": {"Authorization": "Bearer of-the-subscriber"},
    "queryParams": {"token": "in-the-address"},
}


def changed(**destination: Any) -> dict[str, Any]:
    sent = subscription(URL)
    sent["destinations"][0].update(destination)
    return sent


WRONG: dict[str, Any] = {
    "no name": {key: value for key, value in subscription(URL).items() if key != "name"},
    "unknown key": subscription(URL, colour="red"),
    "another type of alert": subscription(URL, alertType="Observability"),
    "a schedule": subscription(URL, trigger={"triggerType": "Scheduled"}),
    "filters": subscription(URL, input={"filters": []}),
    "no resources": subscription(URL, resources=[]),
    "a resource that is none": subscription(URL, resources=["table", "tables"]),
    "no destination": subscription(URL, destinations=[]),
    "two destinations": subscription(URL, destinations=subscription(URL)["destinations"] * 2),
    "a mail": changed(type="Email"),
    "owners of an entity": changed(category="Owners"),
    "no config": changed(config=None),
    "no endpoint": changed(config={}),
    "an endpoint that is no address": subscription("events"),
    "an endpoint of another kind": subscription("ftp://127.0.0.1/events"),
    "an endpoint with a port that is none": subscription("http://127.0.0.1:99999/"),
    "an endpoint with a line break": subscription("http://127.0.0.1/a\nb"),
    "an endpoint with a password": subscription("http://ada:pass@127.0.0.1/events"),
    "an empty secret": subscription(URL, config={"secretKey": ""}),
    "a header that is ours": subscription(URL, config={"headers": {"X-OM-Signature": "1"}}),
    "a header with a line break": subscription(URL, config={"headers": {"A": "b\r\nC: d"}}),
    "a name of a header that is none": subscription(URL, config={"headers": {"A b": "c"}}),
    "another method": subscription(URL, config={"httpMethod": "GET"}),
    "a secret that is masked and not there": subscription(URL, config={"secretKey": "*" * 9}),
    "too long a wait": changed(readTimeout=3600),
    "fewer than no retries": subscription(URL, retries=-1),
    "a list": [],
}


@pytest.mark.parametrize("sent", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_subscription_is_refused(
    api: Api, sent: object, snapshot: SnapshotAssertion
) -> None:
    answer = api.put(PATH, json=sent)

    assert refusal(answer) == snapshot
    assert "ada" not in answer.text
    assert api.get(PATH).json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{PATH}/name/nobody"),
        ("DELETE", f"{PATH}/name/nobody"),
        ("GET", f"{PATH}/00000000-0000-4000-8000-000000000000"),
        ("GET", f"{PATH}/name/nobody/eventsRecord"),
        ("GET", f"{PATH}/name/listener/status/00000000-0000-4000-8000-000000000000"),
        ("GET", f"{PATH}/name/listener/failedEvents?limit=many"),
        ("PATCH", f"{PATH}/name/listener"),
    ],
)
def test_what_is_not_there_is_said(
    api: Api, method: str, path: str, snapshot: SnapshotAssertion
) -> None:
    api.put(PATH, json=subscription(URL, enabled=False))

    assert refusal(api.request(method, path)) == snapshot


def test_a_subscription_is_shown_without_its_secrets(api: Api, snapshot: SnapshotAssertion) -> None:
    sent = subscription(URL, config=SECRETS, enabled=False, description="Mine")

    made = api.post(PATH, json=sent)

    content = made.json()
    ids = (content["id"], content["destinations"][0]["id"])
    assert made.status_code == 201
    assert api.post(PATH, json=sent).status_code == 409
    listed = api.get(PATH)
    texts = [listed.text, made.text, api.get(f"{PATH}/{ids[0]}").text]
    texts += [
        api.get(f"{PATH}/name/listener").text,
        api.get(f"{PATH}/name/listener/eventsRecord").text,
    ]
    for secret in ("the-secret-of-both", "of-the-subscriber", "in-the-address"):
        assert secret not in "".join(texts)
    shown = made.text
    for number, each in enumerate(ids):
        shown = shown.replace(each, f"<id {number}>")
    assert shown == snapshot


def test_what_was_masked_stays_what_it_is_when_it_is_sent_back(api: Api, tmp_path: Path) -> None:
    api.put(PATH, json=subscription(URL, config=SECRETS, enabled=False))
    (shown,) = api.get(PATH).json()["data"]

    back = subscription(URL, config=shown["destinations"][0]["config"], enabled=False)
    again = api.put(PATH, json=back)

    assert (again.status_code, again.json()["version"]) == (200, 0.1)
    file = b"".join(each.read_bytes() for each in (tmp_path / "catalog").iterdir())
    assert b"the-secret-of-both" in file


def test_a_change_of_a_subscription_is_another_version_of_it(api: Api) -> None:
    first = api.put(PATH, json=subscription(URL, enabled=False)).json()
    second = api.put(PATH, json=subscription(URL, enabled=False, resources=["table"])).json()

    assert (first["id"], first["version"]) == (second["id"], 0.1)
    assert second["version"] == 0.2
    assert second["filteringRules"]["resources"] == ["table"]
    assert second["destinations"][0]["id"] == first["destinations"][0]["id"]


def test_subscriptions_are_listed_in_pages_and_end_one_by_one(api: Api) -> None:
    for name in ("c", "a", "b/ß"):
        api.put(PATH, json=subscription(URL, name=name, enabled=False))

    first = api.get(PATH, params={"limit": 2}).json()
    rest = api.get(PATH, params={"after": first["paging"]["after"]}).json()
    assert [each["name"] for each in first["data"] + rest["data"]] == ["a", "b/ß", "c"]

    ended = api.delete(f"{PATH}/name/b/ß")
    assert ended.json()["name"] == "b/ß"
    assert [each["name"] for each in api.get(PATH).json()["data"]] == ["a", "c"]


def test_subscriptions_are_kept(tmp_path: Path, clock: Clock) -> None:
    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        before = Api(catalog).put(PATH, json=subscription(URL, config=SECRETS)).json()
    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        after = Api(catalog).get(f"{PATH}/{before['id']}").json()

    for each in (before, after):
        del each["destinations"][0]["statusDetails"]
    assert before == after
