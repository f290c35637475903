"""What `lstmhw grade` is asked for, and which wishes do not go together."""

from typing import NamedTuple

import click

RESUMED = (None, "csv", "ndjson")  # formats of rows that are read back


class Request(NamedTuple):
    """What to grade, and how and where its rows and pages are written."""

    submissions: tuple[str, ...]
    also: tuple[str, ...]
    title: str | None
    map: str | None
    attempts: str | None
    roster: str | None
    variants: tuple[str, ...]
    format: str | None
    output: str | None
    resume: bool
    no_answers: bool
    anonymous: bool
    feedback: str | None
    feedback_format: str
    summary: str | None
    jobs: int | None

    @property
    def can_go_on(self) -> bool:
        """Whether --resume may go on with the rows."""
        is_read_back = self.format in RESUMED and not self.anonymous
        return self.output is not None and is_read_back and self.feedback is None


def refuse_what_does_not_fit(request: Request) -> None:
    """Raises click.UsageError for options of which one makes nonsense of the other."""
    if request.resume and request.output is None:
        raise click.UsageError("--resume needs -o, the file to go on with")
    if request.resume and request.format not in RESUMED:
        raise click.UsageError(f"--resume is for csv and ndjson, not for {request.format}")
    if request.resume and not request.can_go_on:
        other = "--anonymous" if request.anonymous else "--feedback"
        raise click.UsageError(f"--resume and {other} do not go together: mark the class again")
    if request.attempts == "all" and request.format not in RESUMED:
        message = f"--format {request.format} has one line a student; leave --attempts all out"
        raise click.UsageError(message)
    if request.title is not None and not request.also:
        raise click.UsageError("--title is for several problems: one has its own, in its file")
    if request.variants and len(request.variants) != 1 + len(request.also):
        message = f"--variants is needed for each of the {1 + len(request.also)} problems, or none"
        raise click.UsageError(message)
    if request.anonymous and request.feedback is not None:
        raise click.UsageError("--feedback is a page for each name; leave --anonymous out")
    if request.anonymous and request.format not in RESUMED:
        raise click.UsageError(f"--format {request.format} needs names; leave --anonymous out")
