"""Forms without widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.snapshot import FormSnapshot
from devsession.plugin.mapping import expression

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin.form import Form


def snapshot_of(form: Form) -> FormSnapshot:
    return FormSnapshot(
        "Sync contacts", form.describe(), actions=["Test", "Save"], fill_call="contacts.fill(..)"
    )


def test_a_form_without_answers_says_what_it_needs(
    sync_form: Form, snapshot: SnapshotAssertion
) -> None:
    assert repr(snapshot_of(sync_form)) == snapshot


def test_a_mapping_that_is_missing_is_the_next_step(
    sync_form: Form, snapshot: SnapshotAssertion
) -> None:
    sync_form.set("object", "contact")

    assert repr(snapshot_of(sync_form)) == snapshot


def test_a_complete_form_shows_its_mapping(sync_form: Form, snapshot: SnapshotAssertion) -> None:
    sync_form.fill(object="contact", mapping={"email": "EMAIL", "first": expression("upper(A)")})

    assert repr(snapshot_of(sync_form)) == snapshot(name="text")
    assert snapshot_of(sync_form)._repr_html_() == snapshot(name="html")


def test_an_error_stands_at_its_field(sync_form: Form, snapshot: SnapshotAssertion) -> None:
    sync_form.set("object", "invoice")

    assert repr(snapshot_of(sync_form)) == snapshot


def test_values_are_escaped(connection_form: Form) -> None:
    connection_form.set("tenant_url", "<script>alert(1)</script>")

    html = snapshot_of(connection_form)._repr_html_()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html


def test_what_is_long_is_cut_and_says_so(connection_form: Form, sync_form: Form) -> None:
    connection_form.set("tenant_url", "x" * 2_600)
    mapped = sync_form.describe() | {
        "mapper": {
            "label": "Fields",
            "error": "",
            "errors": {},
            "mapping": {f"field_{at}": {"value": "EMAIL"} for at in range(1_050)},
        }
    }

    address = snapshot_of(connection_form)._repr_html_()
    fields = repr(FormSnapshot("Sync contacts", mapped, actions=["Save"], fill_call=""))

    assert f"{'x' * 500}… 2,100 more characters<" in address
    assert "field_49 from EMAIL and 1,000 more" in fields
