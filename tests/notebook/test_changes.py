"""Records before and after, as text and as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.change import Change
from devsession.notebook.changes import Changes

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ADA = {"email": "ada@example.com", "name": "Ada", "score": 5}
LINES = [f"line {number}" for number in range(1, 11)]


def update(before: object, after: object) -> Change:
    return Change("1", "Update", before, after)  # type: ignore[arg-type]


def shown(*changes: Change) -> str:
    return repr(Changes("contacts", changes))


def test_every_kind_of_change(snapshot: SnapshotAssertion) -> None:
    changes = Changes(
        "contacts",
        (
            update(ADA, {**ADA, "email": "ada@new.com", "score": "5"}),
            update(ADA, {"email": ADA["email"], "name": None, "phone": "+44"}),
            Change("2", "Create", None, ADA, refused="email already taken"),
            Change("3", "Create", None, ADA, held_back="name: too short"),
            Change("4", "Delete", ADA, None),
            Change("5", None, ADA, ADA),
            Change("6", None, ADA, None),
            Change("7", None, None, None),
            update(ADA, ADA),
            Change("8", "Update", ADA, ADA, refused="too many requests"),
        ),
        offered=2_000,
    )

    assert repr(changes) == snapshot(name="text")
    assert changes._repr_html_() == snapshot(name="html")


def test_a_text_is_compared_by_its_lines(snapshot: SnapshotAssertion) -> None:
    after = [*LINES[:4], "another", *LINES[5:], "one more"]
    changes = Changes("messages", (update("\n".join(LINES), "\n".join(after)),))

    assert repr(changes) == snapshot(name="text")
    assert changes._repr_html_() == snapshot(name="html")


def test_nothing_to_send() -> None:
    assert repr(Changes("contacts", (), offered=0)) == "contacts: a run would send nothing"


def test_the_place_that_differs_is_shown_however_long_the_value() -> None:
    text = shown(update({"notes": "x" * 5_000}, {"notes": "x" * 4_000 + "y" + "x" * 999}))

    assert f"…{'x' * 20}y" in text
    assert len(text) < 500


def test_many_fields_and_many_lines_are_counted() -> None:
    fields = {f"field_{number}": number for number in range(1_030)}
    lines = "\n".join(map(str, range(3_000)))

    assert "and 1,000 more fields" in shown(update({}, fields))
    assert "… 2,960 more lines" in shown(update(None, lines))


def test_what_looks_alike_is_told_apart() -> None:
    assert r'"Zo\u00eb" -> "Zoe\u0308"' in shown(update({"name": "Zoë"}, {"name": "Zoe\u0308"}))
    assert '"5" -> 5' in shown(update({"score": "5"}, {"score": 5}))
    assert "true -> 1" in shown(update({"score": True}, {"score": 1}))


def test_markup_in_data_is_text() -> None:
    markup = Change("<i>", "<i>", {"<i>": "<i>"}, {}, refused="<i>", held_back="<i>")
    html = Changes("<i>", (markup, update("<i>", "</div>")))._repr_html_()

    assert "<i>" not in html
    assert html.count("&lt;i&gt;") == 8


def test_a_blank_line_more_is_a_difference() -> None:
    assert shown(update("Hello", "Hello\n")).splitlines()[1:] == ["1: Update", "    Hello", "  +"]


def test_as_a_frame() -> None:
    frame = Changes("contacts", (update(ADA, {**ADA, "score": 6}),)).to_frame()

    assert frame.to_dict("records") == [
        {"IDENTIFIER": "1", "ACTION": "Update", "FIELD": "score", "BEFORE": "5", "AFTER": "6"}
    ]
