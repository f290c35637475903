"""What a shell offers where a file, a kind or a word is due."""

import os
from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem


def files(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The shipped problems, and what is in the folder.

    Bash looks for files by itself only where nothing else is offered, so beside a shipped name
    the files are named here.
    """
    from lstmhw.reading import shipped

    names = _beginning(begun, shipped())
    if not names:
        return [CompletionItem(begun, type="file")]
    here = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in os.scandir()]
    return names + _beginning(begun, sorted(name for name in here if name[0] != "."))


def paths(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """What is in the folder."""
    return [CompletionItem(begun, type="file")]


def folders(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The folders."""
    return [CompletionItem(begun, type="dir")]


def kinds(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The kinds of problems."""
    from lstmhw.explanation.template import EXAMPLES

    return _beginning(begun, EXAMPLES)


def drawn_kinds(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The kinds of problems of which there are random exercises."""
    from lstmhw.practice import DRAWN

    return _beginning(begun, DRAWN)


def entries(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Codes and terms of one word, and the kinds of problems."""
    from lstmhw.explanation.template import EXAMPLES
    from lstmhw.glossary.words import ENTRIES

    return _beginning(begun, [name for name in (*EXAMPLES, *ENTRIES) if " " not in name])


def _beginning(begun: str, names: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(begun)]
