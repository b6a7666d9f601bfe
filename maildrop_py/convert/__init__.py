"""convert: rule files of other programs into rules, and the proof that both do the same.

`procmail/`, `sieve/` and `mailfilter/` read the original as its own program does
and give `Written` rules; `yaml_text` writes these; `proof/` runs both.
"""
