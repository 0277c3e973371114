Feature: notes

	Scenario: creates and changes notes
		Given the following records:
			| str | object | object | str | object | object |
			| IDENTIFIER | APP_IDENTIFIER | RESULT | SYNC_ACTION | TRANSFORMED_RECORD | TRANSFORMED_RECORD_PREVIOUS |
			| 1 | None | null | Create | {"text":"milk \| bread"} | null |
			| 2 | n-7 | {"länge":3} | Update | {"text":"Grüße, 東京 \\ \"quoted\""} | {"text":"old"} |
			| 3 | None | null | Create | {"text":""} | null |
		And when matching requests, we ignore query parameters key, at
		And we use the HTTP recordings from notes_creates_and_changes_notes.yaml
		And we use the NotesApp class from the notes_plugin module
		When we perform an outbound sync with configuration parameters:
			| Property | Value |
			| strategy | {"name": "Upsert", "custom_strategy": false} |
			| connection_method | API Key |
			| connection_parameters | {"url": {"value": "https://notes.test/v1", "metadata": {}}} |
			| connection_secrets | {"api_key": {"value": "{{ environ["NOTES_API_KEY"] }}", "metadata": {}}} |
			| api_limits | [] |
			| sync_parameters | {"board": {"value": "a\|b", "metadata": {"label": "A or B"}}} |
			| field_mappings | {"mapper_type": "field_mapping_selector", "field_mappings": [{"source_type": "column_name", "source_value": "TEXT", "app_field": "text", "app_metadata": {}}]} |
		And we use the recorded results from None
		And the response will be:
			| str | bool | object | object |
			| IDENTIFIER | SUCCESS | APP_IDENTIFIER | RESULT |
			| 1 | True | n-1 | {"länge": 12} |
			| 2 | True | n-7 | {"länge": 20} |
			| 3 | False | None | {"error": "a note needs a text \| nothing was sent"} |
		Then no error will be raised
