"""The session: what an author holds in a notebook; it ties the rooms together."""

from devsession.session.development import DevelopmentSession

__all__ = ["DevelopmentSession"]
