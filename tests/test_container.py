"""The image without an engine: the steps of the Dockerfile as plain processes, in a folder that plays the root.

What it cannot show is the base image and the engine's own work. What it does show: the steps build and install what
they name, and the command and the health check run as another user on a tree that this user cannot write to.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.newsroom import Newsroom, source_block, write_config
from tests.pages import ROOT, read
from tests.siteserver import SiteServer

pytestmark = pytest.mark.slow

#: What the Dockerfile names by absolute paths.
PLACES = re.compile(r"(?<![\w.])/(?=(?:wheels|built|build|opt/gazette|gazette)\b)")
NOBODY = 10001


def skip(reason: str) -> None:
    """Skips, but where everything has to be tried."""
    if os.environ.get("GAZETTE_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, without comments, continued lines joined."""
    text = "".join(line for line in read(ROOT / "Dockerfile").splitlines(keepends=True) if not line.startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines if line.strip()]


@dataclass
class Image:
    """A folder in which the steps were taken, and how the image is started."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    said: dict[str, str] = field(default_factory=dict)

    def place(self, text: str) -> str:
        """The same words with the image's paths below the folder."""
        return PLACES.sub(f"{self.root}/", text)

    def take(self, word: str, rest: str) -> None:
        """Takes one step."""
        steps = {"WORKDIR": self.enter, "COPY": self.copy, "RUN": self.run, "ENV": self.set}
        if word in steps:
            steps[word](rest)
        elif word == "FROM":
            self.environment = {}
        else:
            self.said[word] = rest

    def enter(self, rest: str) -> None:
        self.folder = Path(self.place(rest))
        self.folder.mkdir(parents=True, exist_ok=True)

    def copy(self, rest: str) -> None:
        if rest.startswith("--from="):  # both stages share the folder
            return
        *sources, target = rest.split()
        for source in sources:
            into = self.folder / target / (source if target == "./" else "")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, into, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, into)

    def set(self, rest: str) -> None:
        for pair in shlex.split(self.place(rest)):
            name, _, value = pair.partition("=")
            self.environment[name] = value.replace("$PATH", self.path)

    @property
    def path(self) -> str:
        return f"{self.root}/base/bin:/usr/bin:/bin"

    def run(self, rest: str) -> None:
        """Everything but what would change the users of this machine."""
        parts = [
            part for part in self.place(rest).split(" && ") if not part.strip().startswith(("groupadd", "useradd"))
        ]
        command = " && ".join(parts).replace("gazette:gazette ", f"{NOBODY if os.geteuid() == 0 else os.geteuid()} ")
        environment = {**os.environ, "PATH": self.path, **self.environment}
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])

    def command(self, *words: str) -> list[str]:
        """As the engine would start it: as nobody special, with the image's own environment and no other."""
        switch = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        given = [f"{name}={value}" for name, value in self.environment.items()]
        return [*(switch if os.geteuid() == 0 else []), "env", "-i", *given, *words]

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), cwd=self.folder, capture_output=True, text=True, timeout=60)


def find_python() -> Path:
    """A Python of this machine that any user can reach; one in somebody's home is none."""
    for python in (Path(sys.executable).resolve(), Path("/usr/bin/python3"), Path("/usr/local/bin/python3")):
        if python.exists() and all(folder.stat().st_mode & stat.S_IXOTH for folder in python.resolve().parents):
            check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
            if subprocess.run([python, "-c", check], capture_output=True, timeout=60).returncode == 0:
                return python
    skip("no Python 3.11 with venv that another user can reach (Debian: python3-venv)")
    raise AssertionError


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        skip("setpriv is missing (Debian: util-linux)")
    python = find_python()
    root = Path(tempfile.mkdtemp(prefix="gazette-image-"))
    try:
        root.chmod(0o755)
        subprocess.run([python, "-m", "venv", root / "base"], check=True, capture_output=True, timeout=120)
        image = Image(root)
        for word, rest in instructions():
            image.take(word, rest)
        yield image
    finally:
        subprocess.run(["chmod", "-R", "u+w", root], check=False)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def started(image: Image) -> Iterator[Image]:
    """With a configuration, and nothing but the folder for what is found to be written to."""
    with SiteServer() as site:
        room = Newsroom(site)
        room.publish_many(3)
        config = image.root / "gazette" / "config"
        path = write_config(config, site, source_block("harbour", room.feed))
        path.write_text(path.read_text().replace("sqlite:///data", "sqlite:///../data").replace('"data/', '"../data/'))
        subprocess.run(["chmod", "-R", "a-w", image.root], check=True)
        (image.root / "gazette" / "data").chmod(0o700)
        yield image


def health_of(image: Image) -> int:
    check = image.said["HEALTHCHECK"].partition(" CMD ")[2]
    return image.ask("sh", "-c", check).returncode


def test_the_image_runs_the_daemon_as_nobody_special_on_a_tree_that_is_read_only(started: Image):
    command = [*json.loads(started.said["ENTRYPOINT"]), *json.loads(started.said["CMD"])]
    assert command == ["gazette", "daemon"]
    assert health_of(started) == 1
    log = Path(tempfile.mkstemp(prefix="gazette-image-")[1])
    try:
        with (
            log.open("wb") as output,
            subprocess.Popen(started.command(*command), cwd=started.folder, stdout=output, stderr=output) as running,
        ):
            try:
                wait_for(lambda: health_of(started) == 0)
                wait_for(lambda: "3 articles" in started.ask("gazette", "status").stdout)
                running.send_signal(getattr(signal, started.said["STOPSIGNAL"]))
                assert running.wait(30) == 0, log.read_text()
            finally:
                running.kill()
        assert "Traceback" not in log.read_text()
    finally:
        log.unlink()
    assert health_of(started) == 1
    assert written_by(started) == {"data"}


def test_the_installed_package_brings_what_a_server_needs(image: Image):
    assert image.ask("gazette", "--version").stdout.startswith("gazette ")
    probe = "import psycopg, crawler, pathlib; print(pathlib.Path(crawler.__file__).is_relative_to({!r}))"
    asked = image.ask(f"{image.root}/opt/gazette/bin/python", "-c", probe.format(f"{image.root}/opt"))
    assert asked.stdout == "True\n", asked.stderr
    started = image.ask("sh", "-c", f"cd {image.root}/gazette/data && gazette init starter && ls starter")
    assert "sources.toml" in started.stdout, started.stderr


def written_by(image: Image) -> set[str]:
    """The folders of the image's home in which its user left something."""
    user, home = NOBODY if os.geteuid() == 0 else os.geteuid(), image.root / "gazette"
    newer = (image.root / "gazette" / "config" / "gazette.toml").stat().st_mtime
    found = (path for path in image.root.rglob("*") if path.is_file() and path.stat().st_uid == user)
    return {path.relative_to(home).parts[0] for path in found if path.stat().st_mtime > newer}


def wait_for(is_true, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.2)


def test_the_service_is_one_that_compose_understands():
    if not shutil.which("docker-compose"):
        skip("docker-compose is missing (Debian: docker-compose)")
    done = subprocess.run(
        ["docker-compose", "-f", "docker-compose.yml", "config"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "gazette health" in done.stdout
    assert "restart: unless-stopped" in done.stdout
    assert re.search(r"/config:/gazette/config:ro$", done.stdout, re.MULTILINE)
