"""When a task runs, and what is refused before Snowflake sees it."""

from __future__ import annotations

import pytest

from devsession.errors import UsageError
from devsession.warehouse.cron import Cron


@pytest.mark.parametrize(
    "expression",
    [
        "0 6 * * *",
        "*/15 * * * *",
        "0,30 9-17 * * MON-FRI",
        "0 0 L * *",
        "0 0 1 JAN,jul 0",
        "0 0 * * 5L",
        "0 0 * * friL",
        "10/20 2/6 1-31/2 1-12/3 *",
        "0 0 29 2 *",
        "0 0 31 2 MON",
    ],
)
def test_what_snowflake_takes_is_taken(expression: str) -> None:
    assert Cron.of(expression, "UTC").snowflake == f"USING CRON {expression} UTC"


def test_spaces_between_its_fields_are_one() -> None:
    cron = Cron.of("  0  6\t* * *\n", "Europe/Berlin")

    assert cron.snowflake == "USING CRON 0 6 * * * Europe/Berlin"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "0 fields, not 5"),
        ("0 6 * *", "4 fields, not 5"),
        ("0 0 6 * * *", "6 fields, not 5"),
        ("60 6 * * *", "minute: '60' is no 0-59"),
        ("-1 6 * * *", "minute: '-1' is no 0-59"),
        ("0 24 * * *", "hour: '24' is no 0-23"),
        ("0 0 0 * *", "day of month: '0' is no 1-31, L"),
        ("0 0 * 13 *", "month: '13' is no 1-12, JAN-DEC"),
        ("0 0 * * 7", "day of week: '7' is no 0-6, SUN-SAT, L"),
        ("0 0 * * SUNDAY", "day of week: 'SUNDAY' is no 0-6, SUN-SAT, L"),
        ("0 0 * * L", "day of week: 'L' is no 0-6, SUN-SAT, L"),
        ("0 17-9 * * *", "hour: '17-9' ends before it begins"),
        ("*/0 * * * *", "minute: '*/0' has no step of 1 or more after its /"),
        ("*/ * * * *", "minute: '*/' has no step of 1 or more after its /"),
        ("1, * * * *", "minute: '' is no 0-59"),
        ("? * * * *", "minute: '?' is no 0-59"),
        ("\u0663 6 * * *", "minute: '\u0663' is no 0-59"),
        ("0 0 31 2,4 *", "no month among 2,4 has a day 31"),
        ("0 6 * * *'; drop task X; --", "9 fields, not 5"),
        ("0 6 * * *';drop", 'day of week: "*\';drop" is no 0-6, SUN-SAT, L'),
    ],
)
def test_what_is_no_time_is_refused(expression: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        Cron.of(expression, "UTC")

    assert error.value.what.endswith(f"is no time to run at: {told}")


@pytest.mark.parametrize("timezone", ["Europe/Berln", "UTC'; drop task X; --", ""])
def test_an_unknown_timezone_is_refused(timezone: str) -> None:
    with pytest.raises(UsageError, match="There is no timezone"):
        Cron.of("0 6 * * *", timezone)


@pytest.mark.parametrize(
    ("expression", "crontab"),
    [("0 6 * jul MON-FRI", "0 6 * jul MON-FRI"), ("0 6 L * *", None), ("0 6 * * 5L", None)],
)
def test_a_crontab_knows_no_last_day(expression: str, crontab: str | None) -> None:
    assert Cron.of(expression, "UTC").crontab == crontab
