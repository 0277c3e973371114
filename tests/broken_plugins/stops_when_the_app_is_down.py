"""An error of the app ends the run, and the records of that call have no outcome."""

from typing import Any

import requests

from tests.broken_plugins.good import Sender

CHECK = "test_faults_of_the_app_are_borne"


class Broken(Sender):
    def upsert(self, parameters: Any, part: Any) -> Any:
        answer = requests.post(
            f"{parameters['tenant_url']}/objects/{parameters['object']}/records/bulk/upsert",
            headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
            json={
                "records": [
                    {**record, "external_id": identifier}
                    for identifier, record in zip(
                        part["IDENTIFIER"], part["TRANSFORMED_RECORD"], strict=True
                    )
                ]
            },
            timeout=30,
        )
        if answer.status_code == 400:
            message = answer.json()["error"]["message"]
            return [{"status": "failed", "error": {"message": message}} for _ in range(len(part))]
        answer.raise_for_status()
        return sorted(answer.json()["results"], key=lambda result: result["index"])
