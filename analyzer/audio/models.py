"""Where models lie on this machine, and how they come there.

Looking never touches the network.  Fetching is an explicit command and runs in a child process that is ended when
no bytes arrive: where a connection opens and nothing answers, the hub's client hangs and its own timeouts do not help.
"""

from __future__ import annotations

import multiprocessing
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.audio.voice_weights import FILE as VOICES_FILE
from analyzer.audio.voice_weights import RESEMBLYZER, Pinned, download, unpack
from analyzer.errors import InputError, MissingError

WHISPER_SIZES = ("tiny", "base", "small", "medium", "large-v3", "large-v3-turbo", "distil-large-v3")
"""What `models list` offers, smallest first; any other name or repository that faster-whisper knows works too."""
MEGABYTES = {
    "tiny": 75, "base": 145, "small": 485, "medium": 1530, "large-v3": 3090, "large-v3-turbo": 1620,
    "distil-large-v3": 1510,
}  # fmt: skip
"""Rough download sizes."""
VOICES = "voices"
"""The model that tells two voices in one channel apart."""
VOICES_MEGABYTES = 16
_NEEDED = ("config.json", "model.bin", "tokenizer.json")
_PREFERRED = ("small", "large-v3-turbo", "distil-large-v3", "medium", "large-v3", "base", "tiny")
"""Which one is taken where several are there and none was named."""
STALL = 30.0
"""Seconds without a new byte after which a download is given up."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model on this machine."""

    name: str
    folder: Path


def pull_command(name: str = "whisper:small") -> str:
    """Return the command that fetches a model."""
    return f"analyzer models pull {name}"


def missing_files(folder: Path) -> list[str]:
    """Return which files faster-whisper needs and ``folder`` lacks; without them it would ask the network."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    return missing if any(folder.glob("vocabulary.*")) else [*missing, "vocabulary.json"]


def _own_folder(name: str, models: Path) -> Path:
    return models / ("whisper-" + re.sub(r"[^\w.-]+", "--", name))


def _hub_cache(name: str) -> Path | None:
    """Return the hub client's cached copy of a model, looked up on disk alone."""
    from faster_whisper.utils import download_model

    try:
        folder = Path(download_model(name, local_files_only=True))
    except (OSError, ValueError):
        return None
    return None if missing_files(folder) else folder


def find_whisper(name: str, models: Path) -> Model:
    """Return the Whisper model of that size, repository or folder.

    Raises:
        MissingError: it is not on this machine.
        InputError: the name is a folder that holds no whole model.

    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if missing := missing_files(folder):
            raise InputError(f"the folder {name!r} is no faster-whisper model: it lacks {', '.join(missing)}")
        return Model(f"whisper {folder.name}", folder)
    if name.startswith((".", "/", "~")) or "\\" in name:
        raise InputError(f"there is no model folder {name!r}")
    own = _own_folder(name, models)
    if own.is_dir() and not missing_files(own):
        return Model(f"whisper {name}", own)
    if cached := _hub_cache(name):
        return Model(f"whisper {name}", cached)
    if name not in WHISPER_SIZES and "/" not in name:
        raise InputError(f"there is no model 'whisper:{name}': sizes are {', '.join(WHISPER_SIZES)}")
    raise MissingError(
        f"the model 'whisper:{name}' is not on this machine; fetch it once with: {pull_command(f'whisper:{name}')}"
    )


def find_any_whisper(models: Path) -> Model:
    """Return the Whisper model on this machine that serves best.

    Raises:
        MissingError: there is none.

    """
    for name in _PREFERRED:
        own = _own_folder(name, models)
        if own.is_dir() and not missing_files(own):
            return Model(f"whisper {name}", own)
    for name in _PREFERRED:
        if cached := _hub_cache(name):
            return Model(f"whisper {name}", cached)
    raise MissingError(
        f"no Whisper model is on this machine; fetch one once with: {pull_command()} "
        f"({MEGABYTES['small']} MB), or try the weak built-in recogniser with --engine sphinx"
    )


def installed(models: Path) -> list[Model]:
    """Return the Whisper models on this machine, own folder and hub cache."""
    found = []
    for name in WHISPER_SIZES:
        try:
            found.append(find_whisper(name, models))
        except MissingError:
            continue
    return found


def pull_whisper(
    name: str,
    models: Path,
    on_bytes: Callable[[int, int | None], None],
    deadline: float | None = None,
    stall: float = STALL,
) -> Model:
    """Fetch a Whisper model into the models folder; a model that is there already is returned at once.

    Args:
        name: a size that faster-whisper knows, or a repository ``owner/name`` of a converted model.
        models: the user's models folder.
        on_bytes: told how many bytes have come, of how many (``None`` before that is known).
        deadline: seconds after which it is given up in any case.
        stall: seconds without a new byte after which it is given up.

    Raises:
        MissingError: nothing came; the message says why and what else can be done.
        InputError: no such model.

    """
    try:
        return find_whisper(name, models)
    except MissingError:
        pass
    own = _own_folder(name, models)
    part = own.with_name(own.name + ".part")
    part.mkdir(parents=True, exist_ok=True)
    _fetch(_download, (name, str(part)), part, on_bytes, deadline, stall, lambda *why: _not_fetched(name, *why))
    if missing := missing_files(part):
        raise MissingError(f"the repository of 'whisper:{name}' is no faster-whisper model: it lacks {missing}")
    shutil.rmtree(part / ".cache", ignore_errors=True)
    part.rename(own)
    return Model(f"whisper {name}", own)


def has_voices(models: Path) -> bool:
    """Return whether the model that tells voices apart is on this machine."""
    return (models / VOICES / VOICES_FILE).is_file()


def find_voices(models: Path) -> Model:
    """Return the model that tells voices apart.

    Raises:
        MissingError: it is not on this machine.

    """
    if has_voices(models):
        return Model(VOICES, models / VOICES)
    raise MissingError(
        f"the model '{VOICES}', which tells two voices in one channel apart, is not on this machine; "
        f"fetch it once ({VOICES_MEGABYTES} MB) with: {pull_command(VOICES)}"
    )


def pull_voices(
    models: Path,
    index: str,
    on_bytes: Callable[[int, int | None], None],
    deadline: float | None = None,
    stall: float = STALL,
    pinned: Pinned = RESEMBLYZER,
) -> Model:
    """Fetch the voice model from a package index; one that is there already is returned at once.

    Args:
        models: the user's models folder.
        index: the address of a package index (PEP 503), as pip's ``--index-url``.
        on_bytes: told how many bytes have come, of how many (``None`` before that is known).
        deadline: seconds after which it is given up in any case.
        stall: seconds without a new byte after which it is given up.
        pinned: the package that holds it.

    Raises:
        MissingError: nothing came, or something else; the message says why and what else can be done.

    """
    part = models / f"{VOICES}.part"
    if not has_voices(models):
        part.mkdir(parents=True, exist_ok=True)
        _fetch(download, (index, pinned, str(part)), part, on_bytes, deadline, stall, _no_voices)
        shutil.rmtree(models / VOICES, ignore_errors=True)  # without its file it is no model
        part.rename(models / VOICES)
    return find_voices(models)


def unpack_voices(wheel: Path, models: Path, pinned: Pinned = RESEMBLYZER) -> Model:
    """Take the voice model from a wheel that was copied here, for machines that reach no package index.

    Raises:
        InputError: there is no such file, or it is not the pinned wheel.

    """
    try:
        content = wheel.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(wheel)!r}: {error.strerror}") from error
    (models / VOICES).mkdir(parents=True, exist_ok=True)
    unpack(content, pinned, models / VOICES)
    return find_voices(models)


def _no_voices(reason: str, unknown: bool = False) -> MissingError:
    package = RESEMBLYZER.wheel.split("-")
    return MissingError(
        f"the model '{VOICES}' could not be fetched ({reason}); set ANALYZER_PACKAGE_INDEX to an index that this machine "
        f"reaches, or fetch the file elsewhere with `pip download --no-deps {package[0]}=={package[1]}`, copy it here "
        f"and run: {pull_command(f'{VOICES}:{RESEMBLYZER.wheel}')}"
    )


def _fetch(
    target: Callable[..., None],
    arguments: tuple[object, ...],
    part: Path,
    on_bytes: Callable[[int, int | None], None],
    deadline: float | None,
    stall: float,
    failure: Callable[[str, bool], Exception],
) -> None:
    """Run ``target(*arguments, pipe)`` in a child process while it writes into ``part``; see `_download`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=target, args=(*arguments, theirs), daemon=True)
    started = changed = time.monotonic()
    had, total = -1, None
    child.start()
    theirs.close()
    try:
        while True:
            message = _receive(ours) if ours.poll(0.2) else None
            if message and message[0] == "total":
                total = message[1]
            elif message and message[0] == "done":
                return
            elif message:
                raise failure(message[1], message[0] == "unknown")
            now, size = time.monotonic(), sum(p.stat().st_size for p in part.rglob("*") if p.is_file())
            if size != had:
                had, changed = size, now
                on_bytes(size, total)
            if now - changed > stall:
                raise failure(f"no byte came in {stall:.0f} seconds", False)
            if deadline is not None and now - started > deadline:
                raise failure(f"not done within {deadline:.0f} seconds", False)
    finally:
        child.kill()
        child.join()


def _receive(pipe: Any) -> tuple[str, Any]:
    try:
        message: tuple[str, Any] = pipe.recv()
    except EOFError:
        return ("failed", "the download ended without a word")
    return message


def _not_fetched(name: str, reason: str, unknown: bool = False) -> InputError | MissingError:
    if unknown:
        return InputError(f"there is no model 'whisper:{name}'; sizes are {', '.join(WHISPER_SIZES)}")
    return MissingError(
        f"the model 'whisper:{name}' could not be fetched ({reason}); try again where the model hub can be reached, "
        "or copy a converted model's folder here and name it: --engine whisper:FOLDER"
    )


def _download(name: str, folder: str, pipe: Any) -> None:
    """Fetch in a process of its own: tell the total size, then ``done``, or why not."""
    import os

    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_XET"] = "1"  # its downloads do not grow the file that progress is read from
    from faster_whisper.utils import _MODELS
    from huggingface_hub import HfApi, snapshot_download

    repository = name if "/" in name else _MODELS.get(name)
    if repository is None:
        pipe.send(("unknown", name))
        return
    wanted = [*_NEEDED, "preprocessor_config.json", "vocabulary.*"]
    try:
        files = HfApi().model_info(repository, files_metadata=True).siblings or []
        names = {*_NEEDED, "preprocessor_config.json"}
        sizes = [f.size or 0 for f in files if f.rfilename in names or f.rfilename.startswith("vocabulary.")]
        pipe.send(("total", sum(sizes)))
        snapshot_download(repository, local_dir=folder, allow_patterns=wanted)
        pipe.send(("done", None))
    except Exception as error:  # whatever the client and its transport raise: it is told, not swallowed
        pipe.send(("failed", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason'}"))
