"""Every error that we raise.  A message says what was tried, shows the value, and says what to do next."""

from __future__ import annotations


class AnalyzerError(Exception):
    """Something that the user can understand and mend; the command line prints it on one line."""

    exit_status = 1


class InputError(AnalyzerError):
    """A file, folder, flag or setting that cannot be used as it is."""

    exit_status = 2


class AudioError(InputError):
    """A recording that cannot be decoded."""


class TranscriptError(InputError):
    """A transcript file that cannot be read as one."""


class RubricError(InputError):
    """A rubric or prompt file that breaks its own rules."""


class MissingError(AnalyzerError):
    """A model, key or program that this machine lacks; the message carries the command that mends it."""

    exit_status = 3


class EngineError(AnalyzerError):
    """An engine that was there and gave no usable answer."""


class LibraryError(AnalyzerError):
    """A library that cannot be read or written."""


class NotFoundError(InputError):
    """A meeting or commitment that the library does not hold."""
