"""The pages below `/docs`."""

from functools import partial

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from myograph.errors import NoSuchPageError
from myograph.terms import myo
from myograph_server.ask import sentence
from myograph_server.documentation import rules_page
from myograph_server.documentation.diagram import draw_diagram, read_diagram
from myograph_server.documentation.markdown import Rendered, render
from myograph_server.documentation.shelf import CONTENTS, MEDIA, Shelf
from myograph_server.problems import PROBLEMS
from myograph_server.site import site

# Somebody wrote a statement with a property down.
_STATED = """SELECT ?graph WHERE {{
  VALUES ?graph {{ graph:anatomy graph:exercise graph:injury }} GRAPH ?graph {{ ?s {} ?o }}
}} LIMIT 1"""

blueprint = Blueprint("documentation", __name__)


@blueprint.get("/docs")
def contents() -> str:
    """Show what documentation there is."""
    return _document(CONTENTS)


@blueprint.get("/docs/server")
def server() -> str:
    """Tell programs how to use the server."""
    return render_template(
        "docs/server.html",
        **_around("server"),
        problems=PROBLEMS,
        settings=site().settings,
        services=str(site().services),
    )


@blueprint.get("/docs/decisions")
def decisions() -> str:
    """List the records of decisions."""
    entries = site().shelf.decisions
    return render_template("docs/decisions.html", **_around("decisions"), entries=entries)


@blueprint.get("/docs/questions")
def questions() -> str:
    """List the questions with the ways to ask them."""
    return render_template(
        "docs/questions.html",
        **_around("questions"),
        questions=site().questions.values(),
        sentence=sentence,
    )


@blueprint.get("/docs/rules")
def rules() -> str:
    """List the rules in the order in which they run."""
    return render_template(
        "docs/rules.html",
        **_around("rules"),
        groups=rules_page.groups(site().rules),
        in_words=rules_page.in_words,
    )


@blueprint.get("/docs/rules/<name>")
def rule(name: str) -> str:
    """Show one rule with an example out of the graph."""
    for one in site().rules:
        if one.name == name:
            told = rules_page.told(one, site())
            return render_template(
                "docs/rule.html", **_around("rules"), told=told, in_words=rules_page.in_words
            )
    raise NoSuchPageError(f"There is no rule '{name}'.", "See /docs/rules for those there are.")


@blueprint.get("/docs/<path:name>")
def document(name: str) -> BaseResponse | str:
    """Show a document, or give one of its pictures or examples."""
    name = name.rstrip("/")
    if name in site().shelf.pages and name != CONTENTS:
        return _document(name)
    if name.endswith(".md") and name.removesuffix(".md") in site().shelf.pages:
        return redirect(f"{request.script_root}/docs/{name.removesuffix('.md')}", 301)
    path = site().shelf.file(name)
    if path is None:
        raise NoSuchPageError(f"There is no document '{name}'.", "See /docs for those there are.")
    return Response(path.read_bytes(), mimetype=MEDIA[path.suffix])


def _document(name: str) -> str:
    rendered = rendered_document(name)
    path = site().shelf.pages[name]
    return render_template(
        "docs/document.html",
        **_around(name, rendered),
        document=rendered,
        notebook=f"/docs/{path.name}" if path.suffix == ".ipynb" else "",
    )


def _around(name: str, rendered: Rendered | None = None) -> dict[str, object]:
    """Return what the frame of every document needs."""
    return {
        "contents": site().shelf.contents,
        "here": name,
        "headings": [h for h in rendered.headings if h.level == 2] if rendered else [],
    }


def rendered_document(name: str) -> Rendered:
    """Return a document as HTML."""
    shelf: Shelf = site().shelf
    return render(
        shelf.text(name),
        partial(shelf.address, document=shelf.pages[name]),
        request.script_root,
        _drawn,
    )


def _drawn(block: str) -> str:
    """Return a diagram of the ontology as SVG."""

    def label(name: str) -> str:
        return site().names.label(myo(name))

    def derived(name: str) -> bool:
        return not site().rows(_STATED.format(myo(name))).rows

    return draw_diagram(read_diagram(block), label, derived, request.script_root)
