"""`lstmhw equations`."""

import click

from lstmhw.cli.answering import show
from lstmhw.cli.manner import Manner, common_options

NAMES = ("lstm", "gru", "rnn", "lstm-gradient", "gru-gradient", "rnn-gradient")


def separated(text: str) -> list[str]:
    """The words of a text in which they are apart by commas or blanks."""
    return [word for part in text.split(",") for word in part.split() or [""]]


@click.command("equations", short_help="Print the equations of a cell, or of its gradients.")
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
@click.argument("more", metavar="[WORD]...", nargs=-1)
@click.option("--convention", "conventions", metavar="WORD,...", multiple=True, help="See above.")
@common_options
def equations(
    name: str, more: tuple[str, ...], conventions: tuple[str, ...], manner: Manner
) -> int:
    """Print the equations of a cell, or of its gradients, and what the symbols mean.

    NAME is lstm, gru or rnn, or with -gradient behind it the way back through the cell.

    \b
    The words of --convention, the first of each line if none is given:
      separate | concat-hx | concat-xh   W_x and W_h, or W on [h; x] or [x; h]
      column | row                       W x, or x W
      one-bias | two-bias | no-bias      b, or b_x and b_h, for each gate
      keep | new                         of a GRU: what the update gate says
      before | after                     of a GRU: the reset, and W_h
      pytorch | keras                    what a framework does

    \b
    Words that may be added:
      peephole                           of an LSTM: the gates see c
      coupled                            of an LSTM: i = 1 - f
      forget-bias                        of an LSTM: 1 is added in f
      bidirectional                      a second cell, from the last step to the first

    \b
    lstmhw equations lstm peephole
    lstmhw equations gru-gradient --convention row,after
    """
    from lstmhw.equations import equations as listed

    words = [word for text in (*conventions, *more) for word in separated(text)]
    try:
        solution = listed(name, words)
    except ValueError as error:
        raise click.UsageError(f"--convention: {error}") from None
    show([solution], (), manner)
    return 0
