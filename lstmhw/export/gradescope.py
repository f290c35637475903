"""Gradescope: the zip file of an autograder, with the problem and lstmhw itself.

What it needs besides is installed when Gradescope builds its image: from a folder `wheels` in the
zip, where someone has put one, else from PyPI.  Marking needs no network.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from lstmhw.faults import Fault, ProblemError
from lstmhw.grading import Grader
from lstmhw.reading import Document

REQUIREMENTS = ("click>=8.4.2", "numpy>=1.26", "rich>=13.9", "pyyaml>=6.0.1")
ENDINGS = (".py", "py.typed")
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is made
UNIX = 3
FILE, PROGRAM = 0o100644, 0o100755

SETUP = """\
#!/usr/bin/env bash
# Installs what lstmhw needs, when Gradescope builds the image.
set -euo pipefail
source="${{1:-/autograder/source}}"

new_enough() {{ "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }}
python=""
for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if [ -z "$python" ] && new_enough "$name"; then python="$name"; fi
done
if [ -z "$python" ]; then
    apt-get update
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$source/venv" || {{
    apt-get update
    apt-get install -y "$python-venv"
    "$python" -m venv "$source/venv"
}}
options=()
if [ -d "$source/wheels" ]; then options=(--no-index --find-links "$source/wheels"); fi
"$source/venv/bin/python" -m pip install "${{options[@]}}" {requirements}
"""
RUN = """\
#!/usr/bin/env bash
# Marks one submission.  The folder is /autograder, or the first argument.
set -euo pipefail
folder="${1:-/autograder}"
mkdir -p "$folder/results"
rm -f "$folder/results/results.json"
python="$folder/source/venv/bin/python"
if [ ! -x "$python" ]; then python="${PYTHON:-python3}"; fi
exec "$python" "$folder/source/mark.py" "$folder"
"""
MARK = '''\
"""Marks one submission with the lstmhw beside this file, and writes results/results.json."""

import json
import os
import sys
from pathlib import Path

folder, source = Path(sys.argv[1]), Path(__file__).parent
sys.path.insert(0, str(source))
try:
    from lstmhw.grading.autograder import results

    content = results(folder, source / "problem.yaml")
except Exception as error:
    said = f"This autograder could not mark anything; please tell your teacher: {error}"
    content = {"score": 0, "output": said}
draft = folder / "results" / "results.json.tmp"
draft.write_text(json.dumps(content, indent=1) + "\\n", encoding="utf-8")
os.replace(draft, folder / "results" / "results.json")
'''


def archive(document: Document) -> bytes:
    """The zip file.

    Raises ProblemError where the problem asks for nothing that has points, and InputError where
    what it claims itself is not in it.
    """
    if not Grader(document).asked.points:
        message = "expected answers that have points, found none"
        hint = "`points` of `marking`, or `claimed`, says what is asked for"
        raise ProblemError([Fault(("kind",), message, hint)])
    requirements = " ".join(f"'{requirement}'" for requirement in REQUIREMENTS)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        _add(file, "setup.sh", SETUP.format(requirements=requirements).encode(), PROGRAM)
        _add(file, "run_autograder", RUN.encode(), PROGRAM)
        _add(file, "mark.py", MARK.encode(), FILE)
        _add(file, "problem.yaml", document.text.encode(), FILE)
        for name, content in _package(files("lstmhw"), "lstmhw"):
            _add(file, name, content, FILE)
    return data.getvalue()


def _package(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """The source of a package, by its paths in the zip."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _package(entry, path)
        elif entry.name.endswith(ENDINGS):
            yield path, entry.read_bytes()


def _add(file: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    info = zipfile.ZipInfo(name, FIRST_DATE)
    info.create_system = UNIX
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(info, content)
