"""Benchmarks: `python -m tests.benchmarks [NAME..]` prints one JSON line a figure.

A benchmark is a function that measures ours and its baseline and returns a `Figure`, or several by
name; it is loaded when it is run, so that one which needs the warehouse does not slow down the others.
"""

from __future__ import annotations

# name -> module of this folder and function, in the order in which all are run
BENCHMARKS = {
    "import-time": "imports:import_time",
    "engine-diff-10k": "engine:engine_diff_10k",
    "engine-diff-100k": "engine:engine_diff_100k",
    "engine-diff-1m": "engine:engine_diff_1m",
    "engine-scale-10m": "scale:engine_scale_10m",
    "lineage-star-500": "lineage:lineage_star_500",
    "validate-outcomes-1m": "outcomes:validate_outcomes_1m",
    "inbound-enqueue-1m": "inbound:inbound_enqueue_1m",
    "inbound-merge-100k": "inbound_merge:inbound_merge_100k",
    "metadata-ingest-10k": "metadata:metadata_ingest_10k",
    "metadata-ingest-told-10k": "metadata:metadata_ingest_told_10k",
    "metadata-ingest-memory": "metadata:metadata_ingest_memory",
    "metadata-startup": "metadata:metadata_startup",
    "events-receive": "events:events_receive",
    "cassette-replay-100": "cassette:cassette_replay_100",
    "cassette-replay-1000": "cassette:cassette_replay_1000",
    "cassette-replay-10000": "cassette:cassette_replay_10000",
    "managed-outbound-1": "batches:managed_outbound_1",
    "managed-outbound-100k": "batches:managed_outbound_100k",
    "managed-outbound-1m": "batches:managed_outbound_1m",
    "outbound-end-to-end-1m": "outbound:outbound_end_to_end_1m",
    "kernel-start": "kernels:kernel_start",
    "kernel-start-stock-tools": "kernels:kernel_start_stock_tools",
    "kernel-memory": "kernels:kernel_memory",
    "edit-to-outcome": "edit:edit_to_outcome",
    "notebook-replay-vs-nbval": "notebooks:notebook_replay_vs_nbval",
    "notebook-replay-vs-papermill-nbval": "notebooks:notebook_replay_vs_papermill_nbval",
    "run-all-to-green": "run_all:run_all_to_green",
    "form-paint-6": "form_paint:form_paint_6",
    "form-keystroke": "form_paint:form_keystroke",
    "mapper-paint-100": "mapper_paint:mapper_paint_100",
    "mapper-paint-500": "mapper_paint:mapper_paint_500",
    "mapper-paint-1000": "mapper_paint:mapper_paint_1000",
}
