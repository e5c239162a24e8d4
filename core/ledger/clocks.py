"""Moments as a check reads them: one that no clock can show must be found, not stop the reading."""


def readable(column: str, otherwise: str = "") -> str:
    """SQL for a moment; for one beyond what Python can hold (infinity, the year 10000) another, or NULL."""
    other = f" ELSE '{otherwise}'::timestamptz" if otherwise else ""
    bounds = "'0001-01-02 00:00+00' AND '9999-12-30 00:00+00'"
    return f"CASE WHEN {column} BETWEEN {bounds} THEN {column}{other} END"
