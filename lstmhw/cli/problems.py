"""`lstmhw problems`."""

import sys
import textwrap
from collections.abc import Iterator

import click

from lstmhw.cli.complaints import width
from lstmhw.cli.writing import emit

LEAST_TITLE = 20


@click.command("problems", short_help="List the shipped problems.")
@click.option("--format", type=click.Choice(("table", "json")), default="table", show_default=True)
def problems(format: str) -> None:
    """List the shipped problems, long titles cut; --format json has them whole.

    \b
    lstmhw problems
    lstmhw problems --format json
    """
    from lstmhw.reading import read, shipped

    found = [(name, read(path).problem) for name, path in shipped().items()]
    rows = [{"name": name, "kind": p.kind, "title": p.title} for name, p in found]
    if format == "json":
        import json

        emit(json.dumps(rows, indent=2) + "\n", None)
        return
    emit("".join(f"{line}\n" for line in _listed(rows, width(sys.stdout))), None)


def _listed(rows: list[dict[str, str]], width: int) -> Iterator[str]:
    """A line for each problem; where that leaves no room for titles, these stand below."""
    name, kind = (max(len(row[key]) for row in rows) for key in ("name", "kind"))
    room = width - name - kind - 4
    for row in rows:
        if room >= LEAST_TITLE:
            title = textwrap.shorten(row["title"], room, placeholder=" ...")
            yield f"{row['name']:{name}}  {row['kind']:{kind}}  {title}"
        else:
            yield f"{row['name']}  {row['kind']}"
            yield textwrap.indent(textwrap.fill(row["title"], width - 2), "  ")
