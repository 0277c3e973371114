"""connect() reads an answer that the app did not give, and says `KeyError: 'name'`."""

from typing import Any

import requests

from devsession.plugin import ConnectResponse
from tests.broken_plugins.good import Sender

CHECK = "test_wrong_credentials_get_a_message"


class Broken(Sender):
    def connect(self, parameters: Any) -> Any:
        key = parameters.secret("api_key")
        answer = requests.get(
            parameters["tenant_url"] + "/account",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
        ).json()
        return ConnectResponse(connection_parameters={"account_name": answer["name"]})
