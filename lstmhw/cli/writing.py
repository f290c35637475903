"""Where text goes: to a terminal, a pipe, or a file that appears whole or not at all."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator

from lstmhw.cli.complaints import complain


def wants_color(color: bool | None, output: str | None) -> bool:
    """Whether to colour what goes to `output`, or to standard output, if nobody says."""
    if os.environ.get("NO_COLOR"):
        return False
    if color is not None:
        return color
    return output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def emit(text: str, output: str | None) -> None:
    """Writes the text to standard output, or to a file that appears whole or not at all."""
    with written_to(output):
        if output is None:
            _print(text)
        else:
            _write_whole(text.encode(), output)


def emit_bytes(data: bytes, output: str) -> None:
    """Writes data to a file that appears whole or not at all."""
    with written_to(output):
        _write_whole(data, output)


@contextlib.contextmanager
def written_to(output: str | None) -> Iterator[None]:
    """What cannot be written is a complaint, but for a reader who has read enough."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(f"{output or 'output'}: error: {(error.strerror or str(error)).lower()}")


def _print(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know few characters
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_whole(data: bytes, output: str) -> None:
    if os.path.exists(output) and not os.path.isfile(output):  # a device or a pipe
        with open(output, "wb") as file:
            file.write(data)
        return
    target = os.path.realpath(output)
    draft = f"{target}.{os.getpid()}.tmp"
    with open(draft, "xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if os.path.exists(target):
                os.chmod(draft, os.stat(target).st_mode & 0o7777)
            os.replace(draft, target)
        except BaseException:
            os.remove(draft)
            raise
