"""When a task runs: the five fields of cron, as Snowflake takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from devsession.errors import UsageError, did_you_mean
from devsession.render import counted

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RANGE = re.compile(r"(?P<first>\w+)(-(?P<last>\w+))?", re.ASCII)
_EXAMPLE = "five fields such as '0 6 * * MON-FRI': minute, hour, day of month, month, day of week"


@dataclass(frozen=True)
class _Field:
    name: str
    first: int
    last: int
    words: tuple[str, ...] = ()
    lasts: str = ""  # how the last one is written: L, or with a day before it

    def values(self, text: str) -> frozenset[int]:
        """Those that it names; of an L none. Raises: ValueError, which says what is wrong."""
        return frozenset(value for part in text.split(",") for value in self._part(part))

    def _part(self, part: str) -> range | tuple[()]:
        if self.lasts and re.fullmatch(self.lasts, part, re.IGNORECASE):
            return ()
        span, slash, step = part.partition("/")
        if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
            raise ValueError(f"{self.name}: {part!r} has no step of 1 or more after its /")
        if span == "*":
            return range(self.first, self.last + 1, int(step or 1))
        found = _RANGE.fullmatch(span)
        if found is None:
            raise ValueError(f"{self.name}: {part!r} is no {self._allowed}")
        first = self._value(found["first"])
        last = self._value(found["last"]) if found["last"] else self.last if slash else first
        if first > last:
            raise ValueError(f"{self.name}: {part!r} ends before it begins")
        return range(first, last + 1, int(step or 1))

    def _value(self, text: str) -> int:
        if text.upper() in self.words:
            return self.first + self.words.index(text.upper())
        if not text.isdigit() or not self.first <= int(text) <= self.last:
            raise ValueError(f"{self.name}: {text!r} is no {self._allowed}")
        return int(text)

    @property
    def _allowed(self) -> str:
        words = f", {self.words[0]}-{self.words[-1]}" if self.words else ""
        return f"{self.first}-{self.last}{words}" + (", L" if self.lasts else "")


# Source: Snowflake's documentation, CREATE TASK, `USING CRON`.
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31, lasts="L"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS, lasts=rf"([0-6]|{'|'.join(_DAYS)})L"),
)


@dataclass(frozen=True)
class Cron:
    """`expression`: the five fields, a space between; `timezone`: a name of the IANA database."""

    expression: str
    timezone: str

    @classmethod
    def of(cls, expression: str, timezone: str) -> Cron:
        """Raises: UsageError for what is no such time, or never comes, and for an unknown timezone."""
        fields = expression.split()
        problem = _problem(fields)
        if problem:
            raise UsageError(
                f"{expression!r} is no time to run at: {problem}",
                tried=_EXAMPLE,
                next_step="for instance '0 6 * * *', each day at 6",
                cron=expression,
            )
        if timezone not in available_timezones():
            raise UsageError(
                f"There is no timezone {timezone!r}",
                tried=did_you_mean(timezone, available_timezones()),
                next_step="--timezone UTC, or another of the IANA database, such as Europe/Berlin",
                timezone=timezone,
            )
        return cls(" ".join(fields), timezone)

    @property
    def snowflake(self) -> str:
        """As SCHEDULE of a task takes it."""
        return f"USING CRON {self.expression} {self.timezone}"

    @property
    def crontab(self) -> str | None:
        """As a crontab takes it, in this machine's time; None where it cannot say the same."""
        return None if "L" in re.sub("JUL", "", self.expression.upper()) else self.expression


def _problem(fields: list[str]) -> str:
    if len(fields) != len(_FIELDS):
        return f"{counted(len(fields), 'field')}, not 5"
    try:
        _, _, days, months, weekdays = (
            field.values(text) for field, text in zip(_FIELDS, fields, strict=True)
        )
    except ValueError as error:
        return str(error)
    longest = max(_LONGEST_MONTHS[month - 1] for month in months)
    every_weekday = len(weekdays) == len(_DAYS)
    if days and every_weekday and fields[2].upper() != "L" and min(days) > longest:
        return f"no month among {fields[3]} has a day {min(days)}"
    return ""
