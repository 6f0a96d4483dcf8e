"""The files of a release, read before any resource is registered."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from components.site.edge import SOURCE_BYTES, Edge
from components.site.files import SiteFilesError
from components.site.release import IMMUTABLE, REVALIDATED, Release

PAGE = '<link href="/assets/app.css"><script type="module" src="/assets/core/app.js"></script>'


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """Return a folder with a page and two assets."""
    folder = tmp_path / "frontend"
    (folder / "assets" / "core").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "app.css").write_text("main {}")
    (folder / "assets" / "core" / "app.js").write_text("import './router.js';")
    return folder


def problem(folder: Path) -> str:
    """Return the error of a release that cannot be read."""
    with pytest.raises(SiteFilesError) as caught:
        Release.read(folder)
    return str(caught.value).removeprefix(f"{folder.parent}/")


def test_objects_are_in_folders_of_the_release(frontend: Path) -> None:
    """The page refers to the assets of its own release; modules import each other by relative paths."""
    release = Release.read(frontend)
    objects = release.objects()
    one = release.id

    assert {name: (each.key, each.cache_control, each.content_type) for name, each in objects.items()} == {
        "assets/app.css": (f"assets/{one}/app.css", IMMUTABLE, "text/css; charset=utf-8"),
        "assets/core/app.js": (f"assets/{one}/core/app.js", IMMUTABLE, "text/javascript; charset=utf-8"),
        "index.html": (f"releases/{one}/index.html", REVALIDATED, "text/html; charset=utf-8"),
        "release.json": (f"releases/{one}/release.json", REVALIDATED, "application/json"),
    }
    assert objects["index.html"].body == PAGE.replace("/assets/", f"/assets/{one}/")
    assert objects["assets/app.css"].body == frontend / "assets" / "app.css"
    assert json.loads(str(objects["release.json"].body)) == {
        "id": one,
        "assets": [f"assets/{one}/app.css", f"assets/{one}/core/app.js"],
    }


def test_id_is_the_same_in_every_checkout(frontend: Path, tmp_path: Path) -> None:
    """Place, times and files that begin with a dot do not matter."""
    before = Release.read(frontend).id
    moved = frontend.rename(tmp_path / "other")
    (moved / ".DS_Store").write_bytes(b"\x00")
    (moved / "assets" / ".app.js.swp").write_bytes(b"\x00")
    os.utime(moved / "index.html", (0, 0))

    assert Release.read(moved).id == before
    assert len(before) == 12


@pytest.mark.parametrize("change", ["page", "asset", "name", "added", "moved-content"])
def test_id_changes_with_each_name_and_content(frontend: Path, change: str) -> None:
    """Two releases with different files never have the same folder."""
    before = Release.read(frontend).id
    style, script = frontend / "assets" / "app.css", frontend / "assets" / "core" / "app.js"
    match change:
        case "page":
            (frontend / "index.html").write_text(f"{PAGE} ")
        case "asset":
            style.write_text("main { }")
        case "name":
            style.rename(style.with_name("app2.css"))
        case "added":
            (frontend / "assets" / "empty.js").touch()
        case _:
            style.write_text(script.read_text())
            script.write_text("main {}")

    assert Release.read(frontend).id != before


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("assets/my app.js", "", "'.', '_' and '-'"),
        ("assets/ä.js", "", "'.', '_' and '-'"),
        ("assets/app.ts", "", "expected one of .css, .html"),
        ("assets/app", "", "expected one of .css, .html"),
        ("robots.txt", "", "not served: expected only index.html and assets/"),
        ("index.html", "\udcff", "expected text in UTF-8"),
    ],
)
def test_unexpected_file_is_named(frontend: Path, path: str, content: str, expected: str) -> None:
    """Each problem is one line with the path."""
    (frontend / path).write_bytes(content.encode("utf-8", "surrogateescape"))

    line = problem(frontend)

    assert line.startswith(f"frontend/{path}: ")
    assert expected in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("index.html", "frontend/index.html: cannot be read: No such file or directory"),
        ("assets", "frontend/assets: cannot be read: No such file or directory"),
        ("", "frontend: missing: expected a folder with index.html and assets/"),
    ],
)
def test_missing_file_is_named(frontend: Path, path: str, line: str) -> None:
    """The folder and both of its parts are required."""
    (frontend / path).rename(frontend.parent / "moved")

    assert problem(frontend) == line


def test_unreadable_file_is_named(frontend: Path) -> None:
    """A link to a file that does not exist is unreadable for the superuser too."""
    (frontend / "assets" / "icon.svg").symlink_to("nowhere.svg")

    assert problem(frontend) == "frontend/assets/icon.svg: cannot be read: No such file or directory"


def test_pipe_is_not_read(frontend: Path) -> None:
    """Reading it would wait forever."""
    os.mkfifo(frontend / "assets" / "icon.svg")

    assert problem(frontend) == "frontend/assets/icon.svg: expected a file"


def test_linked_folder_is_not_followed(frontend: Path) -> None:
    """It could lead to itself."""
    (frontend / "assets" / "loop.js").symlink_to(frontend / "assets")

    assert problem(frontend) == "frontend/assets/loop.js: expected a file"


def test_name_that_a_terminal_may_not_show_is_escaped(frontend: Path) -> None:
    """A direction override would show another name."""
    (frontend / "assets" / "a\u202esj.js").touch()

    assert "\\u202esj.js" in problem(frontend)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "has 0 bytes: expected 1 to 10,240"),
        ("x" * (SOURCE_BYTES + 1), "has 10,241 bytes: expected 1 to 10,240"),
    ],
)
def test_function_that_cloudfront_rejects_is_named(tmp_path: Path, content: str | None, line: str) -> None:
    """Missing, empty or too long."""
    for name in ("app", "api", "ws"):
        (tmp_path / f"{name}.js").write_text("x" * SOURCE_BYTES)
    path = tmp_path / "api.js"
    path.unlink() if content is None else path.write_text(content)

    with pytest.raises(SiteFilesError) as caught:
        Edge.read(tmp_path)

    assert str(caught.value) == f"{path}: {line}"
