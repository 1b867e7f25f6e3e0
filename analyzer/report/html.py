"""A report as one HTML file: no request, its own style, and one small script that the page can do without."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analyzer.feedback.measures import number_of
from analyzer.report.charts import minutes_bar, patterns, timeline
from analyzer.report.sound import SILENT, Sound
from analyzer.report.view import ReportView
from analyzer.report.words import sentence


@cache
def environment(package: str) -> Environment:
    """Return the templates of a package; what is put into them is escaped, and a missing name is an error."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"sentence": sentence, "number_of": number_of}
    return made


def render_html(view: ReportView, sound: Sound = SILENT) -> str:
    """Return the page; everything from the meeting is escaped."""
    template = environment("analyzer.report").get_template("report.html.jinja")
    style, script = _own("report.css"), _own("report.js")
    return template.render(
        view=view,
        sound=sound,
        patterns=patterns(),
        minutes_bar=minutes_bar(view.working),
        timeline=timeline(view.timeline),
        style=Markup(style),
        script=Markup(script),
        policy=Markup(policy(style, script, sound)),
    )


def policy(style: str, script: str, sound: Sound) -> str:
    """Return the content security policy: our own style and script by their hash, sound from beside or inside."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            f"media-src {sound.sources}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _own(name: str) -> str:
    return resources.files("analyzer.report").joinpath("templates", name).read_text(encoding="utf-8")


def render_site_page(template: str, **values: object) -> str:
    """Return a page of the site across meetings: the report's style with the site's own, and one small script."""
    style, script = _own("report.css") + _own("site.css"), _own("site.js")
    return (
        environment("analyzer.report")
        .get_template(template)
        .render(
            **values,
            style=Markup(style),
            script=Markup(script),
            policy=Markup(policy(style, script, SILENT)),
        )
    )
