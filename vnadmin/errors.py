"""Everything vnadmin raises on purpose, and the exit code each error ends a command with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line (documented in docs/errors.md)."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    MISSING_PROGRAM = 4
    CANNOT_WRITE = 5
    INTERRUPTED = 130


class VnadminError(Exception):
    """Base of all errors; the message names the file concerned and what to do."""

    exit_code = ExitCode.SOME_FAILED


class UsageError(VnadminError):
    """The command or call makes no sense as given."""

    exit_code = ExitCode.USAGE


class InputError(VnadminError):
    """The input can't be read or isn't what it should be."""

    exit_code = ExitCode.BAD_INPUT


class ModelError(VnadminError):
    """The language or channel model is missing, damaged or of another version."""

    exit_code = ExitCode.BAD_INPUT


class MissingProgramError(VnadminError):
    """A program or its data (Tesseract, its Vietnamese model) isn't installed."""

    exit_code = ExitCode.MISSING_PROGRAM


class OutputError(VnadminError):
    """The output can't be written."""

    exit_code = ExitCode.CANNOT_WRITE
