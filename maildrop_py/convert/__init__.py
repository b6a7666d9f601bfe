"""convert: rule files of other programs into rules, and the proof that both do the same.

`procmail/`, `sieve/` and `mailfilter/` read the original as its own program does
and give `ConvertedRules`, whose text is YAML; `proof/` runs both.
"""
