"""Problem files in an editor, by the server that editors ask: `pytest -m editor`, where npm is."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from conftest import Run

from lstmhw.explanation.template import EXAMPLES, template

NPM = shutil.which("npm")
pytestmark = [
    pytest.mark.editor,
    pytest.mark.skipif(NPM is None, reason="there is no npm on PATH"),
]
SETTINGS = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}


class Editor:
    """A client of yaml-language-server: the Language Server Protocol, version 3.17."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.folder = folder
        self.asked = 0
        self.process = subprocess.Popen(
            [str(server), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.ask(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            capabilities={"workspace": {"configuration": True}},
        )
        self.tell("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("shutdown")
        self.tell("exit")
        self.process.communicate(timeout=20)

    def send(self, **message: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.process.stdin.flush()

    def received(self) -> Iterator[dict[str, Any]]:
        """What the server says; its questions about settings are answered."""
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            while (line := self.process.stdout.readline()).strip():
                header += line
            length = next(h for h in header.split(b"\r\n") if h.startswith(b"Content-Length"))
            message = json.loads(self.process.stdout.read(int(length.split(b":")[1])))
            if message.get("method") == "workspace/configuration":
                sections = [item["section"] for item in message["params"]["items"]]
                found = [SETTINGS if section == "yaml" else {} for section in sections]
                self.send(id=message["id"], result=found)
            elif "method" in message and "id" in message:
                self.send(id=message["id"], result=None)
            else:
                yield message

    def tell(self, method: str, **parameters: Any) -> None:
        self.send(method=method, params=parameters)

    def ask(self, method: str, **parameters: Any) -> Any:
        self.asked += 1
        self.send(id=self.asked, method=method, params=parameters)
        answer = next(m for m in self.received() if m.get("id") == self.asked)
        assert "error" not in answer, answer
        return answer["result"]

    def opened(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        """A new file with this text: its address, and what is underlined in it."""
        self.asked += 1
        uri = (self.folder / f"{self.asked}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        for message in self.received():
            parameters = message.get("params", {})
            if message.get("method", "").endswith("Diagnostics") and parameters["uri"] == uri:
                return uri, parameters["diagnostics"]
        raise AssertionError("the server has ended")

    def offered(self, text: str) -> list[str]:
        """What is offered at the end of a text."""
        uri, _ = self.opened(text)
        lines = text.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=position)
        return [item["label"] for item in found["items"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    assert NPM is not None
    install = [NPM, "install", "--silent", "--no-fund", "--no-audit", "yaml-language-server@2"]
    subprocess.run(install, cwd=folder, check=True)
    return folder / "node_modules" / ".bin" / "yaml-language-server"


@pytest.fixture
def editor(server: Path, tmp_path: Path, lstmhw: Run) -> Iterator[Editor]:
    (tmp_path / "lstmhw.schema.json").write_text(lstmhw("schema").stdout)
    with Editor(server, tmp_path) as client:
        yield client


LINE = "# yaml-language-server: $schema=lstmhw.schema.json\n"


def test_kinds_keys_and_words_are_offered(editor: Editor) -> None:
    assert set(EXAMPLES) <= set(editor.offered(LINE + "kind: "))
    assert {"gates", "h_prev", "concat", "claimed"} <= set(
        editor.offered(LINE + "kind: lstm-step\nx: [1]\n")
    )
    assert "reset" in editor.offered(LINE + "kind: gru-step\nx: [1]\nre")
    assert {"before", "after"} <= set(editor.offered(LINE + "kind: gru-step\nreset: "))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_template_has_nothing_underlined(editor: Editor, kind: str) -> None:
    text = template(kind)
    assert text.startswith(LINE)
    assert editor.opened(text)[1] == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("kind: lstm-step\nhprev: [1]\n", 2, "hprev"),
        ("kind: gru-step\nreset: afer\n", 2, "after"),
        ("kind: lstm-stop\n", 1, "lstm-step"),
    ],
)
def test_what_is_wrong_is_underlined(editor: Editor, text: str, line: int, said: str) -> None:
    _, found = editor.opened(LINE + text)
    there = [fault["message"] for fault in found if fault["range"]["start"]["line"] == line]
    assert any(said in message for message in there), found
