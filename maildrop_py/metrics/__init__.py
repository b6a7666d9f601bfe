"""metrics: live figures of the servers, counted in shared memory and told as OpenMetrics.

`families` says what there is, `counters` counts, `openmetrics` writes and reads the text,
`exporter` answers who asks. What is counted where is said in `serve.metrics` and
`policy.metrics`.
"""
