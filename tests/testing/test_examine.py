"""A plugin is tried with neither app nor warehouse: each method says what it can."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from devsession.plugin import (
    ConnectionMethod,
    DynamicFormOptionsDataSource,
    FormDropdownField,
    FormInputField,
    FormOption,
    FormSliderField,
    OutboundSyncConfigurationForm,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
    StreamConfiguration,
)
from devsession.testing.examine import examine


class Whole(Plugin):
    """Does all that it can without its app."""

    def get_manifest(self) -> Any:
        return PluginManifest(
            plugin_id="whole",
            plugin_name="Whole",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=["Create"],
            supports_inbound=True,
        )

    def connection_form(self, connectivity_option: str) -> Any:
        regions = [FormOption(value="eu", label="Europe"), FormOption(value="us", label="US")]
        return [
            ConnectionMethod(
                name="Key",
                fields=[
                    FormInputField(name="url", label="URL", required=True),
                    FormInputField(name="key", label="Key", required=True, secret=True),
                    FormSliderField(name="pages", label="Pages", min=3, max=9),
                    FormDropdownField(
                        name="region",
                        label="Region",
                        data_source=StaticFormOptionsDataSource(values=regions),
                    ),
                ],
            )
        ]

    def outbound_configuration_form(self, parameters: Any) -> Any:
        return OutboundSyncConfigurationForm(
            fields=[FormInputField(name="list", label="List", default_value=parameters["region"])]
        )

    def inbound_stream_list(self, parameters: Any) -> Any:
        pages = int(parameters["pages"])
        return [
            StreamConfiguration(
                stream_name=f"page {number}", supported_sync_strategies=["Full Refresh"]
            )
            for number in range(pages)
        ]

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        raise AssertionError("nothing is sent")


class Begun(Plugin):
    """Nothing is written yet."""


class AsksTheApp(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        requests.get(f"{parameters['url']}/lists", timeout=1)

    def inbound_stream_list(self, parameters: Any) -> Any:
        try:
            requests.get(f"{parameters['url']}/streams", timeout=1)
        except Exception as error:
            raise RuntimeError("no streams") from error


class AsksForOptions(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        source = DynamicFormOptionsDataSource(source_function=self.lists)
        return OutboundSyncConfigurationForm(
            fields=[FormDropdownField(name="list", label="List", data_source=source)]
        )

    def lists(self, parameters: Any) -> Any:
        return requests.get(f"{parameters['url']}/lists", timeout=1).json()


class OptionsNeedWhatConnectReturns(AsksForOptions):
    def lists(self, parameters: Any) -> Any:
        return [FormOption(value=parameters["account_name"], label="All")]


class OptionsOfItsOwn(AsksForOptions):
    def lists(self, parameters: Any) -> Any:
        return [FormOption(value="all", label="All")]


class OptionsFail(AsksForOptions):
    def lists(self, parameters: Any) -> Any:
        return [FormOption(value=each, label=each.titel()) for each in ["a"]]


class NeedsWhatConnectReturns(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        return parameters["account_name"]


class ReadsAnAnswer(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        return int(parameters["url"])


class ChecksItsAnswers(Whole):
    def connection_form(self, connectivity_option: str) -> Any:
        fields = [
            FormInputField(name="login", label="E-mail address", required=True),
            FormInputField(name="api_port", label="Port", required=True),
            FormInputField(name="base", label="Address of the app", required=True),
        ]
        return [ConnectionMethod(name="Login", fields=fields)]

    def inbound_stream_list(self, parameters: Any) -> Any:
        names = ("login", "api_port", "base")
        return [
            StreamConfiguration(
                stream_name=parameters[name], supported_sync_strategies=["Full Refresh"]
            )
            for name in names
        ]


class Misspelt(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        return OutboundSyncConfigurationForm(fields=[FormInputField(name="list", lable="List")])


class ReturnsTheWrongThing(Whole):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        return [FormInputField(name="list", label="List")]


class ListsNothing(Whole):
    def inbound_stream_list(self, parameters: Any) -> Any:
        return {"contacts": {}}


class WrongManifest(Whole):
    def get_manifest(self) -> Any:
        return {"plugin_id": "whole"}


class TakesArguments(Whole):
    def __init__(self, url: str) -> None:
        self.url = url


def states(plugin: type[Plugin]) -> dict[str, str]:
    return {check.method: check.state for check in examine(plugin).checks}


def told(plugin: type[Plugin], method: str) -> tuple[str, str]:
    """How a method is, and what is said of it."""
    return next(
        (check.state, check.line) for check in examine(plugin).checks if check.method == method
    )


def test_what_works_is_told_and_what_cannot_be_tried() -> None:
    examination = examine(Whole)

    assert examination
    assert states(Whole) == {
        "get_manifest": "ok",
        "connection_form": "ok",
        "connect": "not written",
        "outbound_configuration_form": "ok",
        "sync_outbound": "not tried",
        "inbound_stream_list": "ok",
        "sync_inbound": "not written",
    }


def test_made_up_answers_fit_the_connection_form() -> None:
    assert told(Whole, "inbound_stream_list") == ("ok", "page 0, page 1, page 2")


def test_made_up_answers_suit_what_a_field_asks_for() -> None:
    assert told(ChecksItsAnswers, "inbound_stream_list") == (
        "ok",
        "nobody@made-up.invalid, 443, https://made-up.invalid",
    )


def test_a_plugin_that_has_just_begun_has_nothing_that_fails() -> None:
    assert examine(Begun)
    assert told(Begun, "get_manifest") == (
        "not written",
        "next: write def get_manifest(self), see help(devsession.plugin.PluginManifest)",
    )


@pytest.mark.parametrize("method", ["outbound_configuration_form", "inbound_stream_list"])
def test_what_asks_the_app_is_not_tried(method: str) -> None:
    state, line = told(AsksTheApp, method)

    assert state == "not tried"
    assert line.startswith("it asks the app at made-up.invalid:443; next: ")


@pytest.mark.parametrize("plugin", [AsksForOptions, OptionsNeedWhatConnectReturns])
def test_a_form_is_rendered_without_the_options_that_only_the_app_knows(
    plugin: type[Plugin],
) -> None:
    assert told(plugin, "outbound_configuration_form") == ("ok", "list; not tried: options of list")


def test_options_that_need_no_app_are_tried() -> None:
    assert told(OptionsOfItsOwn, "outbound_configuration_form") == ("ok", "list")


def test_what_connect_returns_is_not_made_up() -> None:
    state, line = told(NeedsWhatConnectReturns, "outbound_configuration_form")

    assert state == "not tried"
    assert line.startswith("there is no parameter 'account_name'")


def test_an_answer_that_nobody_gave_may_not_be_readable() -> None:
    state, line = told(ReadsAnAnswer, "outbound_configuration_form")

    assert state == "not tried"
    assert line.startswith("of made-up answers it raised ValueError: invalid literal for int()")


@pytest.mark.parametrize(
    ("plugin", "method", "said"),
    [
        (Misspelt, "outbound_configuration_form", "FormInputField 'list' is not valid; "),
        (ReturnsTheWrongThing, "outbound_configuration_form", "its method returned list"),
        (OptionsFail, "outbound_configuration_form", "'str' object has no attribute 'titel'"),
        (ListsNothing, "inbound_stream_list", "it returned dict, not a list of StreamConf"),
        (WrongManifest, "get_manifest", "it returned dict, not a PluginManifest"),
        (TakesArguments, "__init__", "missing 1 required positional argument: 'url'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_fails_is_told_with_its_cause(plugin: type[Plugin], method: str, said: str) -> None:
    state, line = told(plugin, method)

    assert state == "error"
    assert said in line
    assert "next: " in line
    assert not examine(plugin)
