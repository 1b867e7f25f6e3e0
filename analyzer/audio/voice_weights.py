"""The voice encoder's weights: out of a package on a package index, into a small file of plain arrays.

The package itself is not installed: it no longer imports, and it would bring torch.  Its wheel is fetched, checked
against the pinned digest, and the tensors are read out of it without running anything that it carries.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.errors import InputError

FILE = "voices.npz"
"""What the encoder loads, inside its model folder."""
_LICENCE = "LICENSE"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file of one release of a package."""

    project: str
    wheel: str
    sha256: str
    """Of the wheel."""
    member: str
    """The checkpoint inside it."""


RESEMBLYZER = Pinned(
    project="resemblyzer",
    wheel="Resemblyzer-0.1.4-py3-none-any.whl",
    sha256="8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f",
    member="resemblyzer/pretrained.pt",
)


def index_in_force(setting: str | None, environ: Mapping[str, str] | None = None) -> str:
    """Return the package index: our own setting, else pip's variable, else the one that pip asks by itself.

    Raises:
        InputError: there is no pip here that knows one.

    """
    environ = os.environ if environ is None else environ
    return setting or environ.get("PIP_INDEX_URL") or _pips_own()


def _pips_own() -> str:
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        raise InputError(
            "no package index is known: name one with ANALYZER_PACKAGE_INDEX, or take a wheel that was copied here with "
            "analyzer models pull voices:FILE"
        ) from None
    return str(PyPI.simple_url)


def unpack(content: bytes, pinned: Pinned, folder: Path) -> None:
    """Write the weights of a wheel into ``folder``, with their licence.

    Raises:
        InputError: it is another file than the pinned one, or holds other tensors than the encoder's.

    """
    import numpy as np

    from analyzer.audio.checkpoint import read_tensors
    from analyzer.audio.voices import names_and_shapes

    if (digest := hashlib.sha256(content).hexdigest()) != pinned.sha256:
        raise InputError(
            f"{pinned.wheel!r} has the sha256 {digest}, and not {pinned.sha256}: it is cut or another file"
        )
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        tensors = read_tensors(wheel.read(pinned.member), "model_state")
        licences = [name for name in wheel.namelist() if name.endswith(".dist-info/LICENSE")]
        (folder / _LICENCE).write_bytes(b"".join(wheel.read(name) for name in licences))
    for name, shape in names_and_shapes().items():
        if name not in tensors or tensors[name].shape != shape:
            raise InputError(f"{pinned.wheel!r} holds no tensor {name!r} of shape {shape}")
    arrays: dict[str, Any] = {name: tensors[name] for name in names_and_shapes()}
    np.savez(folder / FILE, **arrays)


def download(index: str, pinned: Pinned, folder: str, pipe: Any) -> None:
    """Fetch and unpack in a process of its own: tell the total size, then ``done``, or why not."""
    try:
        with urllib.request.urlopen(find_wheel(index, pinned)) as answer:
            length = answer.headers.get("Content-Length")
            pipe.send(("total", int(length) if length else None))
            part = Path(folder) / pinned.wheel
            with part.open("wb") as out:
                while piece := answer.read(_CHUNK):
                    out.write(piece)
                    out.flush()
        unpack(part.read_bytes(), pinned, Path(folder))
        part.unlink()
        pipe.send(("done", None))
    except Exception as error:  # whatever the index, the transport or the disk raise: it is told, not swallowed
        reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        pipe.send(("failed", reason))


def find_wheel(index: str, pinned: Pinned) -> str:
    """Return the address of the wheel, from the index's page about its project (PEP 503 or PEP 691).

    Raises:
        InputError: the index does not offer it.

    """
    page = f"{index.rstrip('/')}/{pinned.project}/"
    accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
    with urllib.request.urlopen(urllib.request.Request(page, headers={"Accept": accept})) as answer:
        content, base, kind = answer.read().decode("utf-8", "replace"), answer.url, answer.headers.get_content_type()
    if kind.endswith("json"):
        links = [str(file["url"]) for file in json.loads(content)["files"]]
    else:
        links = [html.unescape(link) for link in re.findall(r'href\s*=\s*["\']([^"\']+)', content)]
    for link in links:
        address = urllib.parse.urljoin(base, link)
        if urllib.parse.unquote(urllib.parse.urlsplit(address).path).endswith("/" + pinned.wheel):
            return str(urllib.parse.urldefrag(address).url)
    raise InputError(f"the package index does not offer {pinned.wheel!r}")
