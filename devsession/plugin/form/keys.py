"""A pair of keys that is made for a field of a form, so that nobody has seen the private one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import FormError, UsageError, did_you_mean
from devsession.plugin.form.answers import waits_for
from devsession.plugin.key_pairs import is_of, new_ssh_key_pair

if TYPE_CHECKING:
    from devsession.plugin.form.form import Form
    from devsession.plugin.key_pairs import Algorithm


def generate(form: Form, name: str, algorithm: Algorithm, *, replace: bool) -> str:
    """Answer a field with a new pair; the public key. Raises: as `Form.generate`."""
    kinds = _kinds_of(form, name)
    if algorithm not in kinds:
        raise UsageError(
            f"{form.title} makes no {algorithm!r} keys", tried=did_you_mean(str(algorithm), kinds)
        )
    if not form.is_asked(name):
        raise _refusal(form, name, waits_for(form.fields[name].depends_on))
    if name in form.secrets and not replace:
        known = form.values.get(name)
        if known is not None and is_of(algorithm, known.value):
            return known.value
        way_out = f".generate({name!r}, replace=True) makes a pair all the same"
        raise _refusal(form, name, "has a private key already, which would be lost", way_out)
    pair = new_ssh_key_pair(algorithm)
    form.set(name, pair)
    if problem := form.errors.get(name):
        raise _refusal(form, name, problem)
    return pair.public


def _kinds_of(form: Form, name: str) -> tuple[Algorithm, ...]:
    form.source_of(name)  # which says it when there is no such field
    kinds: tuple[Algorithm, ...] = getattr(form.fields.get(name), "generates", ())
    if not kinds:
        problem = "is no pair of SSH keys whose private one is on this side"
        way_out = "FormSshKeypair(local_side='private') takes a pair that is made"
        raise _refusal(form, name, problem, way_out)
    return kinds


def _refusal(form: Form, name: str, problem: str, next_step: str = "") -> FormError:
    return FormError(
        f"{form.title}: no pair of keys was made",
        errors={name: problem},
        next_step=next_step or f"put this right, then .generate({name!r}) again",
    )
