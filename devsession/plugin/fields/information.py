"""What a form says to the person who fills it."""

# ruff: noqa: ARG002 - fields share signatures; not each uses every argument

from typing import Any, Literal, NoReturn

from pydantic import Field

from devsession.plugin.fields.base import FieldValueError, FormField


class InformationField(FormField):
    """Markdown between the fields of a form; it holds no value."""

    type: Literal["information"] = "information"
    label: str = ""
    markdown: str = Field(min_length=1)
    required: Literal[False] = False
    reload_on_change: Literal[False] = False
    secret: Literal[False] = False

    @property
    def has_value(self) -> bool:
        """It has none."""
        return False

    @property
    def takes_answer(self) -> bool:
        """Nothing is filled in."""
        return False

    @property
    def details(self) -> dict[str, Any]:
        """The text."""
        return {"markdown": self.markdown}

    def split(self, value: object) -> NoReturn:
        """Refuse: there is nothing to fill in."""
        raise FieldValueError("only informs: there is nothing to fill in")


class InformationBoxField(InformationField):
    """The same in a box, as an information, a warning or an error."""

    type: Literal["information_box"] = "information_box"  # type: ignore[assignment]
    box_type: Literal["info", "warning", "error"] = "info"

    @property
    def details(self) -> dict[str, Any]:
        """The text, and which kind of box."""
        return {"markdown": self.markdown, "box_type": self.box_type}
