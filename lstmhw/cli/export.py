"""`lstmhw export`."""

import os

import click

from lstmhw.cli import completing
from lstmhw.cli.answering import answers, refuse_overwriting
from lstmhw.cli.complaints import complain
from lstmhw.cli.manner import output_option
from lstmhw.cli.writing import emit, save

TARGETS = ("pytorch", "keras", "onnx", "moodle", "gift", "text2qti", "gradescope")
BINARY = ("gradescope",)


@click.command("export", short_help="Write a problem for a framework or a course system.")
@click.argument("file", shell_complete=completing.files)
@click.option(
    "--to", "target", type=click.Choice(TARGETS), required=True, help="What the problem is for."
)
@output_option
def export(file: str, target: str, output: str | None) -> None:
    """Write a problem as a framework or a course system has it.

    \b
    pytorch keras onnx  a Python script that computes the answer and compares: it
                        says "passed", or exits with 1 and says what differs
    moodle              a cloze question, as Moodle XML; answers that known
                        mistakes give have a sentence as feedback
    gift                the same, a question for each number, without points
    text2qti            a quiz for Canvas, without feedback
    gradescope          a zip with an autograder; give -o a name for it

    A folder of variants, as FILE, gives moodle and gift a category with all of them.  These two and
    text2qti mark each number by itself: what follows from an earlier mistake is wrong there.

    \b
    lstmhw export q2 --to pytorch
    lstmhw export q2 --to moodle -o q2.xml
    """
    from lstmhw.export import export as exported

    if target in BINARY and output is None:
        hint = f"give it a name, -o {target}.zip"
        complain(f"lstmhw export: error: a zip file is not for a terminal\n  hint: {hint}")
    if os.path.isdir(file):
        _export_folder(file, target, output)
        return
    (content,) = answers((file,), lambda document: exported(document, target))
    refuse_overwriting((file,), output)
    if isinstance(content, str):
        emit(content, output)
    else:
        save(content, str(output))


def _export_folder(folder: str, target: str, output: str | None) -> None:
    """Writes the variants of a folder as a category, which is called like the first of them."""
    from lstmhw.export import CATEGORIES, exercise_of, export_category
    from lstmhw.grading.variants import variant_files
    from lstmhw.reading import InputError

    if target not in CATEGORIES:
        hint = f"only {' and '.join(CATEGORIES)} have categories of questions"
        complain(f"{folder}: error: expected a problem file, found a folder\n  hint: {hint}")
    try:
        files = tuple(variant_files(folder))
    except InputError as error:
        complain(str(error))
    exercises = answers(files, exercise_of)
    refuse_overwriting(files, output)
    emit(export_category(exercises, exercises[0].title, target), output)
