"""What a session hands over to others: tests, and the plugin itself, published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.plugin.contract import Plugin
    from devsession.publish.connector import Connector
    from devsession.publish.publishing import Published, Step
    from devsession.recording.recorder import Recorder
    from devsession.session.completion import Told
    from devsession.session.workspace import Workspace


class WithDeliveries:
    """Each is made of the plugin's code as it is saved now."""

    workspace: Workspace
    recorder: Recorder

    @property
    def loaded_class(self) -> type[Plugin]:
        """The plugin's class."""
        raise NotImplementedError

    def generate_tests(self, *, behave: bool = False) -> Told:
        """Write the test of every scenario whose method has run; complete() does so for its own.

        behave: write a feature for behave too, run it, and show that it can fail.

        Raises:
            ScenarioError: there is none, one has invalid outcomes or does not pass, a test does
                not hold, or a file of its name is somebody else's.
            SecretLeakError: a secret would stand in a file.
            SetupError: behave is not installed.
        """
        from devsession.session.generating import generate_tests

        session: Any = self
        return generate_tests(session, behave=behave)

    def publish(
        self,
        *,
        step: Step | None = None,
        dry_run: bool = False,
        account: str | None = None,
        channel_packages: str | Path | None = None,
        **names: str,
    ) -> Published | Connector:
        """Make the plugin an app on Snowflake, as `devsession publish` does; a report of it.

        step: that one alone: package, upload, deploy or register. dry_run: write and change nothing,
        and show the statements. account: by its name in connections.toml, by default the session's own.
        channel_packages: a file that says what Snowflake's channel has. names: database, schema, stage, package, version,
        application, omnata_app, where they are not the usual ones.

        Raises:
            PublishError: a package that cannot be, or a step that was refused; the same call goes on
                with that.
            SecretLeakError: a file to be packed holds a secret.
            UsageError: a step needs an account, and none is named; or there is no such name.
        """
        from devsession.session.publishing import Wish, publish_plugin

        file = None if channel_packages is None else Path(channel_packages)
        wish = Wish(step, dry_run, account or self.workspace.account, file, names)
        with self.recorder.paused():  # what is said to Snowflake is not the app's HTTP
            return publish_plugin(self.loaded_class, self.workspace.folder, wish)
