from devsession.testing.behave_steps import *  # noqa: F403
