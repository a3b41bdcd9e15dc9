"""verify.html in Chromium, opened from a disk, as a reader has it; and bundles given to it."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contrechamp.publish.verify_page import building
from publish.browser import PATIENCE_S, Page, chromium

#: Given to the page, beside its own script: a bundle with other files in place of some of its own.
_TRY = """
var base = new Map();
async function keepBase() {
  for (const [path, file] of state.done.bundle.files) base.set(path, await file.bytes());
  return base.size;
}
async function tryWith(changes) {
  const bundle = new Bundle();
  const files = new Map(base);
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) files.delete(path);
    else files.set(path, bytesOfBase64(content));
  }
  for (const [path, content] of files) {
    bundle.files.set(path, { size: content.length, bytes: async () => content });
  }
  const { holds, problems } = await verifyBundle(bundle);
  return { holds, problems };
}
"""


class CheckingPage:
    """The page, open."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def evaluate(self, expression: str) -> Any:
        """Return what a promise comes to."""
        answer = self.page.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def choose(self, field: str, path: Path) -> None:
        """Choose a folder or a file, and wait until the page has looked at it."""
        page = self.page
        run = page.evaluate("state.run")
        root = page.call("DOM.getDocument")["root"]["nodeId"]
        node = page.call("DOM.querySelector", nodeId=root, selector=f"#{field}")["nodeId"]
        page.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        for _attempt in range(PATIENCE_S * 20):
            if page.evaluate(f"state.run > {run} && Boolean(state.done || state.refused)"):
                return
            time.sleep(0.05)
        raise AssertionError("the page did not come to an end")

    def expect(self, root: str = "", words: str = "") -> None:
        """Type what is expected."""
        for field, typed in (("root", root), ("words", words)):
            self.page.evaluate(
                f"byId('{field}').value = {json.dumps(typed)};"
                f"byId('{field}').dispatchEvent(new Event('input'))"
            )

    def verdict(self) -> str:
        """Return the verdict, as it is read."""
        return str(self.page.evaluate("byId('verdict').innerText"))

    def speak(self, language: str) -> None:
        """Choose a language."""
        self.page.evaluate(
            f"byId('language').value = '{language}';"
            "byId('language').dispatchEvent(new Event('change'))"
        )

    def keep_base(self) -> None:
        """Keep the bundle that is shown, for `try_with`."""
        self.evaluate(_TRY)
        assert self.evaluate("keepBase()") > 20

    def try_with(self, changes: Mapping[str, bytes | None]) -> dict[str, Any]:
        """Return what the page says of the kept bundle with other files in it; None for none."""
        encoded = {
            path: None if content is None else base64.b64encode(content).decode()
            for path, content in changes.items()
        }
        found = self.evaluate(f"tryWith({json.dumps(encoded)})")
        assert isinstance(found, dict)
        return found


@contextmanager
def opened(folder: Path, *, width: int = 1280) -> Iterator[CheckingPage]:
    """Write the page into a folder, and open it from there."""
    file = folder / building.NAME
    file.write_bytes(building.page())
    with chromium(folder / "profile") as page:
        page.open(file, width=width)
        page.call("DOM.enable")
        shown = CheckingPage(page)
        shown.speak("en")
        yield shown


def complaints(page: Page) -> list[str]:
    """Return what the browser complained of, but for the styles of reports, which are not applied.

    The page reads the words of a report without showing it; its policy keeps its styles out.
    """
    return [one for one in page.complaints if not one.startswith("Applying inline style violates")]
