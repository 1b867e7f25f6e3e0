"""A report as one HTML file: no script, no request, its own style."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from analyzer.report.charts import minutes_bar
from analyzer.report.view import ReportView


@cache
def environment(package: str) -> Environment:
    """Return the templates of a package; what is put into them is escaped, and a missing name is an error."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_html(view: ReportView) -> str:
    """Return the page; everything from the meeting is escaped."""
    template = environment("analyzer.report").get_template("report.html.jinja")
    return template.render(view=view, minutes_bar=minutes_bar(view.working))
