"""`lstmhw explain`."""

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import show
from lstmhw.cli.complaints import complain
from lstmhw.cli.manner import Manner, common_options


@click.command("explain", short_help="Explain a word of the pages, or a kind of problem.")
@click.argument("words", metavar="[WORD]...", nargs=-1, shell_complete=completing.entries)
@common_options
def explain(words: tuple[str, ...], manner: Manner) -> int:
    """Explain a word of the pages: a mistake, a verdict, a symbol, a term, or a kind of problem.

    WORD is a code (softmax-for-sigmoid), what a page prints for it (softmax instead of sigmoid),
    a symbol with any index (z_f_2, dW_x_f@2), a term (cell state), or a kind (lstm-step: the keys
    of its files).  Without a word, all are listed.

    \b
    lstmhw explain follows
    lstmhw explain cell state
    """
    from lstmhw.explanation import UnknownWordError, explained, listing

    if not words:
        show([listing()], (), manner._replace(full=True))
        return 0
    try:
        pages = explained(words)
    except UnknownWordError as error:
        complain(f"lstmhw explain: error: {error}")
    show(pages, (), manner._replace(full=True))
    return 0
