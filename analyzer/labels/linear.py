"""Linear classifiers over one set of features, kept in one small file and run with numpy alone.

A row's features are counts; they are weighed as ``(1 + ln count) * idf`` and scaled to length one (sublinear tf-idf),
then multiplied with the weights of each head.  Weights are kept in eight bits, a scale a column.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import EngineError

Array = NDArray[np.float32]
FORMAT = 1


@dataclass(frozen=True)
class LinearModel:
    """Feature names, weights and what else was learnt."""

    names: tuple[str, ...]
    """Of the features, in the order of the rows of ``weights``."""
    idf: Array
    weights: NDArray[np.int8]
    """Shape (features, columns of all heads together)."""
    scale: Array
    """A column's weights are ``weights * scale``."""
    intercept: Array
    heads: dict[str, tuple[str, ...]]
    """The classes of each head, in the order of the columns."""
    facts: dict[str, Any]
    """What else was learnt or has to be known: priors, calibration, versions."""

    @cached_property
    def parts(self) -> dict[str, LinearModel]:
        """The models that were joined, by their kinds of rows; see `analyzer.labels.fit.joined`."""
        kinds = [name.partition("|")[0] for name in self.names]
        return {kind: self._part(kind, np.array([one == kind for one in kinds])) for kind in dict.fromkeys(kinds)}

    def _part(self, kind: str, inside: NDArray[np.bool_]) -> LinearModel:
        weights = self.weights[inside]
        heads = {head: self.heads[head] for head, place in self._places.items() if weights[:, place].any()}
        columns = np.concatenate([np.arange(len(self.scale))[self._places[head]] for head in heads])
        return LinearModel(
            names=tuple(name[len(kind) + 1 :] for name in self.names if name.startswith(f"{kind}|")),
            idf=self.idf[inside],
            weights=weights[:, columns],
            scale=self.scale[columns],
            intercept=self.intercept[columns],
            heads=heads,
            facts=self.facts,
        )

    @cached_property
    def _places(self) -> dict[str, slice]:
        """The columns of each head."""
        ends = np.cumsum([len(classes) for classes in self.heads.values()]).tolist()
        return {head: slice(end - len(self.heads[head]), end) for head, end in zip(self.heads, ends, strict=True)}

    @cached_property
    def _number(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def index(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of the known ones among ``names``."""
        known = self._number
        return np.array([known[name] for name in names if name in known], np.int64)

    def logits(self, rows: Sequence[NDArray[np.int64]]) -> dict[str, Array]:
        """Return for each head the scores of each row, shape (rows, classes)."""
        scores = np.stack([self._score(row) for row in rows]) if rows else np.zeros((0, len(self.scale)), np.float32)
        scores = scores * self.scale + self.intercept
        return {head: scores[:, place] for head, place in self._places.items()}

    def _score(self, row: NDArray[np.int64]) -> Array:
        ids, counts = np.unique(row, return_counts=True)
        values = (1 + np.log(counts)) * self.idf[ids]
        length = float(np.sqrt(values @ values)) or 1.0
        scored: Array = ((values / length).astype(np.float32) @ self.weights[ids].astype(np.float32)).astype(np.float32)
        return scored

    def save(self, path: Path) -> None:
        """Write the model; the same model gives the same bytes."""
        meta = json.dumps({"format": FORMAT, "heads": self.heads, "facts": self.facts})  # the order of heads counts
        arrays: dict[str, NDArray[Any]] = {
            "names": np.frombuffer("\n".join(self.names).encode(), np.uint8),
            "meta": np.frombuffer(meta.encode(), np.uint8),
            "idf": self.idf.astype(np.float16),
            "weights": self.weights,
            "scale": self.scale,
            "intercept": self.intercept,
        }
        _save_npz(path, arrays)


def _save_npz(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write a compressed ``.npz`` without the time of day in it, which numpy's own would hold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)


@cache
def load_model(path: Path) -> LinearModel:
    """Return the model in a file.

    Raises:
        EngineError: the file is not there, or is none of ours.

    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            meta = json.loads(file["meta"].tobytes())
            if meta["format"] != FORMAT:
                raise EngineError(
                    f"the weights {path.name!r} have format {meta['format']}, this version reads {FORMAT}"
                )
            return LinearModel(
                names=tuple(file["names"].tobytes().decode().split("\n")),
                idf=file["idf"].astype(np.float32),
                weights=file["weights"],
                scale=file["scale"],
                intercept=file["intercept"],
                heads={head: tuple(classes) for head, classes in meta["heads"].items()},
                facts=meta["facts"],
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineError(f"the weights {str(path)!r} cannot be read ({error}): install the package again") from error


def odds_of(logits: NDArray[Any]) -> NDArray[Any]:
    """Return the log odds of the second of two classes."""
    odds: NDArray[Any] = logits[:, 1] - logits[:, 0]
    return odds


@cache
def fingerprint(path: Path) -> str:
    """Return twelve digits that change with the file.

    Raises:
        EngineError: the file is not there.

    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise EngineError(f"the weights {str(path)!r} are missing: install the package again") from error


def calibrated(facts: Mapping[str, Any], certainty: float) -> float:
    """Return how often what was of that certainty was right in cross-validation."""
    at, share = facts["calibration"]
    return round(float(np.interp(certainty, at, share)), 3)
