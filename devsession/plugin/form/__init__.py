"""A form being filled: what a click does, `.fill(..)` does. `Form` is the whole of it."""

from devsession.plugin.form.form import Form

__all__ = ["Form"]
