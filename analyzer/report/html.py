"""A report as one HTML file: no script, no request, its own style."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from analyzer.report.charts import minutes_bar
from analyzer.report.view import ReportView


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("analyzer.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["minutes_bar"] = minutes_bar
    return environment


def render_html(view: ReportView) -> str:
    """Return the page; everything from the meeting is escaped."""
    return _environment().get_template("report.html.jinja").render(view=view)
