Feature: boards

	Scenario: reads cards and lists
		Given the following streams state:
			| Stream | Value |
			| cards | {"changed": "2026-01-02"} |
			| lists | None |
		And when matching requests, we ignore query parameters key
		And we use the HTTP recordings from boards_reads_cards_and_lists.yaml
		And we use the BoardsApp class from the boards_plugin module
		When we perform an inbound sync with configuration parameters:
			| Property | Value |
			| strategy | {} |
			| connection_method | API Key |
			| connection_parameters | {"url": {"value": "https://boards.test/v1", "metadata": {}}} |
			| connection_secrets | {"api_key": {"value": "{{ environ["BOARDS_API_KEY"] }}", "metadata": {}}} |
			| api_limits | [] |
			| sync_parameters | {"board": {"value": "a\|b", "metadata": {}}} |
			| streams | {"cards": {"stream_name": "cards", "sync_strategy": "Incremental", "cursor_field": "changed", "primary_key_field": "id", "storage_behaviour": "merge", "stream": {"stream_name": "cards", "supported_sync_strategies": ["Full Refresh", "Incremental"], "source_defined_cursor": true, "source_defined_primary_key": "id", "default_cursor_field": "changed"}}, "lists": {"stream_name": "lists", "sync_strategy": "Full Refresh", "storage_behaviour": "merge", "stream": {"stream_name": "lists", "supported_sync_strategies": ["Full Refresh"], "source_defined_primary_key": ["board", "id"]}}} |
		And we use the recorded results from boards_reads_cards_and_lists_results.csv
		And we exclude the following fields from the inbound results for the cards stream: seen, etag
		And we exclude all inbound results where the field title has the value Welcome!
		Then we assert that the recorded results for the cards stream are correct
		And when indexed on the title RECORD_OBJECT field, we assert that the recorded results for the lists stream are correct
		And the response for the lists stream will be:
			| str | str | object | bool |
			| APP_IDENTIFIER | STREAM_NAME | RECORD_DATA | IS_DELETED |
			| a_1 | lists | {"board": "a", "id": 1, "title": "to do \| doing"} | False |
		And no error will be raised
