"""Tensors out of a torch checkpoint, without torch and without running what a pickle may carry.

The layout is the one that torch wrote before it took to zip files: five pickles (a magic number, the version of the
format, facts about the machine, the objects, the keys of the storages), then for each key a count and the numbers.
An object may be built of a handful of inert types; any other name in a pickle ends the reading.
"""

from __future__ import annotations

import io
import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_KINDS = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8", "IntStorage": "<i4"}


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _Ordered(dict[Any, Any]):
    """Stands for an OrderedDict; being a class of Python, it takes the attributes that torch hangs on one."""


def _rebuild(storage: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(size), tuple(stride))


def _parameter(tensor: Any, *_: Any) -> Any:
    return tensor


_INERT = {
    ("collections", "OrderedDict"): _Ordered,
    ("torch._utils", "_rebuild_tensor"): _rebuild,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}


class _Reader(pickle.Unpickler):
    """Resolves no name to anything but the inert stand-ins above."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _KINDS:
            return _KINDS[name]
        try:
            return _INERT[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no tensor needs") from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, *_ = pid
        if kind != "storage" or dtype not in _KINDS.values():
            raise pickle.UnpicklingError(f"it refers to {pid!r}, which is no storage")
        return _Storage(str(key), dtype)


def read_tensors(content: bytes, within: str) -> dict[str, NDArray[Any]]:
    """Return the tensors of the mapping ``within`` of a checkpoint, by name.

    Raises:
        InputError: this is no such checkpoint, it is cut, or it carries anything but numbers.

    """
    file = io.BytesIO(content)
    try:
        if _Reader(file).load() != _MAGIC or _Reader(file).load() != _VERSION:
            raise pickle.UnpicklingError("it does not begin as one")
        _Reader(file).load()
        objects = _Reader(file).load()
        keys = _Reader(file).load()
        named = {name: tensor for name, tensor in objects[within].items() if isinstance(tensor, _Tensor)}
        kinds = {storage.key: storage.kind for storage in _storages(objects)}
        numbers = {key: _numbers(file, kinds[key]) for key in keys}
        return {name: _array(tensor, numbers) for name, tensor in named.items()}
    except Exception as error:  # a pickle that was tampered with can fail in any way
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f"this is no torch checkpoint that can be read without torch ({reason})") from error


def _storages(objects: Any) -> list[_Storage]:
    """Return the storages of all tensors in nested mappings and lists."""
    if isinstance(objects, _Tensor):
        return [objects.storage]
    inner = objects.values() if isinstance(objects, Mapping) else objects if isinstance(objects, (list, tuple)) else ()
    return [storage for value in inner for storage in _storages(value)]


def _numbers(file: IO[bytes], kind: str) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    raw = file.read(count * np.dtype(kind).itemsize)
    if len(raw) != count * np.dtype(kind).itemsize:
        raise EOFError("it is cut")
    return np.frombuffer(raw, kind)


def _array(tensor: _Tensor, numbers: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    rows = [math.prod(tensor.size[i + 1 :]) for i in range(len(tensor.size))]
    if tensor.stride != tuple(rows):
        raise ValueError(f"a tensor of size {tensor.size} is stored with strides {tensor.stride}")
    flat = numbers[tensor.storage.key][tensor.offset : tensor.offset + math.prod(tensor.size)]
    return flat.reshape(tensor.size).copy()
