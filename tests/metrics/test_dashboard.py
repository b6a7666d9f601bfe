"""The dashboard in examples/ asks for what the servers tell, and for all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from maildrop_py.metrics.families import HISTOGRAM, PREFIX
from maildrop_py.policy import metrics as policy
from maildrop_py.serve import metrics as serve

DASHBOARD = Path(__file__).parents[2] / "examples/grafana/maildrop-py.json"


def names(server: object) -> set[str]:
    layout = server.LAYOUT  # type: ignore[attr-defined]
    families = [*layout.families, layout.names]
    endings = {"counter": "_total", "gauge": "", HISTOGRAM: "_bucket"}
    return {f"{PREFIX}{family.name}{endings[family.kind]}" for family in families}


def test_the_dashboard_asks_for_what_is_told() -> None:
    asked = set(re.findall(rf"{PREFIX}\w+", DASHBOARD.read_text()))
    assert asked - {"maildrop_py_"} == names(serve) | names(policy)


def test_every_panel_has_a_title_and_a_place_of_its_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert all(panel["title"] and panel["targets"] for panel in panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
