"""A pair of keys that is made for a field of a form, so that nobody has seen the private one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import FormError, UsageError, did_you_mean
from devsession.plugin.key_pairs import is_of, new_ssh_key_pair

if TYPE_CHECKING:
    from devsession.plugin.form_adding import FormAdding
    from devsession.plugin.key_pairs import Algorithm


def generate(form: FormAdding, name: str, algorithm: Algorithm, *, replace: bool) -> str:
    """Answer a field with a new pair; the public key. Raises: as `Form.generate`."""
    kinds = _kinds_of(form, name)
    if algorithm not in kinds:
        raise UsageError(
            f"{form.title} makes no {algorithm!r} keys", tried=did_you_mean(str(algorithm), kinds)
        )
    if not form.is_asked(name):
        needed = form.fields[name].depends_on
        raise _refusal(form, name, f"is asked for once {needed!r} is answered")
    if name in form.secrets and not replace:
        known = form.values.get(name)
        if known is not None and is_of(algorithm, known.value):
            return known.value
        raise FormError(
            f"{form.title}: no pair of keys was made",
            errors={name: "has a private key already, which would be lost"},
            next_step=f".generate({name!r}, replace=True) makes a pair all the same",
        )
    pair = new_ssh_key_pair(algorithm)
    form.set(name, pair)
    if problem := form.errors.get(name):
        raise _refusal(form, name, problem)
    return pair.public


def _kinds_of(form: FormAdding, name: str) -> tuple[Algorithm, ...]:
    form.source_of(name)  # which says it when there is no such field
    kinds: tuple[Algorithm, ...] = getattr(form.fields.get(name), "generates", ())
    if not kinds:
        raise FormError(
            f"{form.title}: no pair of keys was made",
            errors={name: "is no pair of SSH keys whose private one is on this side"},
            next_step="FormSshKeypair(local_side='private') takes a pair that is made",
        )
    return kinds


def _refusal(form: FormAdding, name: str, problem: str) -> FormError:
    return FormError(
        f"{form.title}: no pair of keys was made",
        errors={name: problem},
        next_step=f"put this right, then .generate({name!r}) again",
    )
