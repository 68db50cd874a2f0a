"""A real browser and a real JupyterLab, for the tests that look: the server, and one page of it."""

import base64
import io
import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from course.authoring import kernels
from course.command import lab
from course.learner import trust

SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # every cell is drawn
    "@jupyterlab/codemirror-extension/plugin": {
        "defaultConfig": {"autoClosingBrackets": False, "autocompletion": False}
    },
}
CHROMIUM = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1",
]


@contextmanager
def server(notebooks: list[Path], folder: Path):
    """Serve copies of the notebooks as `course lab` does, signed; yields address and token."""
    (folder / "notebooks").mkdir()
    for notebook in notebooks:
        shutil.copy(notebook, folder / "notebooks")
        trust.sign(folder / "notebooks", notebook.read_text(encoding="utf-8"))
    for name, values in SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        *lab.command(folder / "notebooks", port, "lab", browser=False),
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]
    with kernels.environment() as own, (folder / "server.log").open("wb") as log:
        private = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA")}
        private["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")
        private |= lab.environment(folder / "notebooks")
        env = own | private | {"JUPYTER_TOKEN": token}
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}", token
        finally:
            process.terminate()  # the server ends its kernels
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(address: str, process, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback, no proxy
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            return opener.open(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start; it said:\n{log.read_text()}")


def opened(page, address: str, token: str):
    """Return the page with JupyterLab in it, nothing open; its `complaints` are what went wrong."""
    complaints = page.complaints = []
    page.on("console", lambda message: complaints.extend(_error(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/lab?token={token}&reset")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=90_000)
    page.evaluate("async () => { await jupyterapp.restored; }")
    if page.locator(".jp-FileBrowser").is_visible():
        page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    return page


def _error(message) -> list[str]:
    place = message.location.get("url", "")
    return [f"{message.text} ({place})"] if message.type == "error" else []


class Notebook:
    """One notebook of a JupyterLab, opened and closed again as from its list of files."""

    def __init__(self, page, name: str):
        self.page, self.name, self.complaints = page, name, page.complaints

    def open(self) -> None:
        """Open it, with a new kernel."""
        script = """async name => {
            const opened = await jupyterapp.commands.execute('docmanager:open', {path: name});
            await opened.revealed;
            await opened.sessionContext.ready;
        }"""
        self.page.evaluate(script, self.name)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
        self.wait_idle()

    def reopen(self) -> None:
        """Save, end the kernel, close and open it anew, as on the next day."""
        self.execute("docmanager:save")
        self._close()
        self.open()
        # a widget's place is given up after two seconds without its model
        self.page.wait_for_function("!document.body.innerText.includes('Loading widget')")
        self.page.wait_for_timeout(2500)

    def close(self) -> None:
        """End the kernel and leave JupyterLab as it was found."""
        self._close()
        self.complaints.clear()

    def _close(self) -> None:
        script = """async () => {
            for (const opened of [...jupyterapp.shell.widgets('main')]) {
                await opened.sessionContext?.shutdown();
                opened.dispose();
            }
        }"""
        self.page.evaluate(script)

    def execute(self, command: str, **arguments) -> None:
        """Run a command of JupyterLab's and wait for its end, ten minutes at most."""
        script = """async ([name, args]) => {
            const late = (_, fail) => setTimeout(() => fail(`${name} has not ended`), 600_000);
            await Promise.race([jupyterapp.commands.execute(name, args), new Promise(late)]);
        }"""
        self.page.evaluate(script, [command, arguments])

    def wait_idle(self) -> None:
        """Wait until the kernel has nothing left to do."""
        status = "jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'"
        self.page.wait_for_function(status, timeout=120_000)

    def run(self, *indices: int) -> None:
        """Run these cells, in the order of the page."""
        if indices:
            script = """indices => {
                const {content} = jupyterapp.shell.currentWidget;
                content.activeCellIndex = indices[0];
                content.deselectAll();
                indices.forEach(i => content.select(content.widgets[i]));
            }"""
            self.page.evaluate(script, indices)
            self.execute("notebook:run-cell")
            self.wait_idle()

    def ask(self, source: str) -> str:
        """Run code beside the cells; returns what it shows, as text."""
        script = """async code => {
            const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session;
            const future = kernel.requestExecute({code}), said = [];
            future.onIOPub = ({content}) =>
                said.push(content.data?.['text/plain'] ?? content.text ?? '');
            const {content} = await future.done;
            if (content.status !== 'ok') throw new Error(content.evalue);
            return said.join('');
        }"""
        return self.page.evaluate(script, source)

    def cells(self) -> list[dict]:
        """Return each cell's type, source, tags and outputs, as the page holds them now."""
        return self.page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.widgets.map(w => ({
                type: w.model.type,
                source: w.model.sharedModel.getSource(),
                count: w.model.type === 'code' ? w.model.executionCount : null,
                tags: w.model.getMetadata('tags') ?? [],
                outputs: w.model.type === 'code' ? w.model.outputs.toJSON() : [],
            }))"""
        )

    def cell(self, index: int):
        """Return the cell's place on the page."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def type(self, index: int, text: str) -> None:
        """Replace a cell's text from the keyboard, and run the cell."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        assert self.cells()[index]["source"] == text
        self.run(index)

    def pictures(self, index: int) -> list[str]:
        """Return a digest of each picture that a cell shows."""
        script = """async cell => {
            const images = [...cell.querySelectorAll('.jp-OutputArea img')].filter(
                image => image.offsetParent !== null);
            return Promise.all(images.map(async image => {
                const bytes = await (await fetch(image.src)).arrayBuffer();
                const digest = await crypto.subtle.digest('SHA-1', bytes);
                return btoa(String.fromCharCode(...new Uint8Array(digest)));
            }));
        }"""
        return self.cell(index).evaluate(script)

    def images(self, index: int) -> list[Image.Image]:
        """Return the pictures that a cell shows, each at its full size."""
        script = """async cell => {
            const images = [...cell.querySelectorAll('.jp-OutputArea img')].filter(
                image => image.offsetParent !== null);
            return Promise.all(images.map(async image => {
                const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
                return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
            }));
        }"""
        found = self.cell(index).evaluate(script)
        return [Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in found]

    def changed(self, index: int, before: list[str], seconds: float = 5) -> bool:
        """Wait until a cell shows other pictures than before; False if it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.pictures(index) != before:
                return True
            self.page.wait_for_timeout(40)
        return False

    def move(self, index: int, handle) -> bool:
        """Move a slider from the keyboard; say whether the cell's pictures change.

        One that stood at an end is put back there: elsewhere it may leave the next nothing to do.
        """
        before = self.pictures(index)
        handle.focus()
        at, low, high = (handle.get_attribute(f"aria-value{x}") for x in ("now", "min", "max"))
        for key in ("ArrowLeft" if at == high else "ArrowRight", "Home", "End"):
            self.page.keyboard.press(key)
            if self.changed(index, before, seconds=5 if key == "End" else 2):
                if back := {low: "Home", high: "End"}.get(at):
                    before = self.pictures(index)
                    self.page.keyboard.press(back)
                    self.changed(index, before)
                return True
        return False

    def theme(self, name: str) -> None:
        """Change to JupyterLab's theme Light or Dark."""
        if name == self.themes()[0]:
            return
        self.execute("apputils:change-theme", theme=f"JupyterLab {name}")
        self.page.wait_for_selector(
            f"body[data-jp-theme-name='JupyterLab {name}']", state="attached"
        )
        self.page.wait_for_timeout(300)

    def themes(self) -> list[str]:
        """Return the theme that is on, then the other: each change paints the whole page."""
        shown = self.page.locator("body").get_attribute("data-jp-theme-name")
        return sorted(("Dark", "Light"), key=lambda name: name not in shown)

    def photograph(self, stem: str, folder: Path) -> list[Path]:
        """Save the notebook as a row of pictures, from its top to its end."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{stem}-*.jpg"):
            old.unlink()
        pane = self.page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer").first
        height, shown = pane.evaluate("e => [e.scrollHeight, e.clientHeight]")
        paths = []
        for piece, top in enumerate(range(0, height, shown)):
            pane.evaluate("(e, top) => e.scrollTo(0, top)", top)
            self.page.wait_for_timeout(80)
            paths.append(folder / f"{stem}-{piece:02}.jpg")
            self.page.screenshot(path=paths[-1], type="jpeg", quality=85, clip=pane.bounding_box())
        return paths

    def portrait(self, path: Path, first: int, last: int) -> None:
        """Save the cells from first to last as one small picture."""
        path.parent.mkdir(parents=True, exist_ok=True)
        bare = ".jp-cell-toolbar, .jp-Collapser { visibility: hidden !important; }"
        style = self.page.add_style_tag(content=bare)
        self.cell(last).scroll_into_view_if_needed()
        self.cell(first).scroll_into_view_if_needed()
        self.page.mouse.move(0, 0)
        self.page.wait_for_timeout(200)
        top, end = (self.cell(i).bounding_box() for i in (first, last))
        box = {"x": top["x"], "y": top["y"], "width": top["width"]}
        picture = self.page.screenshot(clip=box | {"height": end["y"] + end["height"] - top["y"]})
        style.evaluate("e => e.remove()")
        colours = Image.open(io.BytesIO(picture)).convert("RGB")
        colours.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
