"""What the import contracts can't say of a single module."""

import ast

from core.settings import ROOT


def test_wiring_knows_no_edge_and_no_framework() -> None:
    tree = ast.parse((ROOT / "wiring.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in imported}
    assert roots.isdisjoint({"web", "cli", "prefect", "fastapi", "starlette", "jinja2"})
    assert not any(name.endswith(".flow") for name in imported)
