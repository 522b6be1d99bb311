"""Files that appear whole: written aside and renamed, one by one or a folder at a time."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from meguro_opendata.errors import SourceError, StorageError

__all__ = [
    "checksum",
    "files_of_series",
    "folder_aside",
    "inside",
    "is_aside",
    "is_checksum",
    "is_plain_name",
    "is_text",
    "locked",
    "numbered_lines",
    "plain_bytes",
    "plain_text",
    "remove_synced",
    "sha256",
    "storage_guard",
    "sweep",
    "sync_folder",
    "write_synced",
    "write_whole",
]


_LONGEST = 200
_CHECKSUM = re.compile("[0-9a-f]{64}")
# Excel writes ``~$name.xlsx`` beside a workbook while it is open.
_TEMPORARY = ("~$", ".")
# The names of :func:`_beside`; those of earlier versions, made by ``tempfile``, fit too.
_ASIDE = re.compile(r"\.(.+)\.[a-z0-9_]{8}\.tmp")
_HALF = re.compile("[\ud800-\udfff]")


def sha256(data: bytes) -> str:
    """Return the checksum as lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def is_checksum(text: str) -> bool:
    """Return whether a text is a SHA-256 in lower-case hex digits, and so can name a kept file."""
    return _CHECKSUM.fullmatch(text) is not None


def is_aside(name: str) -> bool:
    """Return whether a name is that of a file which is still being written, or was when its process was killed."""
    return _ASIDE.fullmatch(name) is not None


def is_plain_name(name: str) -> bool:
    """Return whether a name is that of a file in one folder: no folders, no drive, no way up, nothing a system refuses.

    >>> is_plain_name("備蓄倉庫一覧.csv"), is_plain_name("../x"), is_plain_name("C:x")
    (True, False, False)
    """
    if name in ("", ".", "..") or not is_text(name):
        return False
    return not any(sign in name for sign in "/\\:\0") and len(name.encode()) <= _LONGEST


def is_text(text: str) -> bool:
    r"""Return whether a text can be written as UTF-8; a file's name whose bytes are no UTF-8 cannot.

    >>> is_text("一覧.csv"), is_text("\udcff.csv")
    (True, False)
    """
    return text.isascii() or _HALF.search(text) is None


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces.

    Raises:
        SourceError: If it cannot be read.
    """
    with _source_guard(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inside(folder: Path, *names: str) -> Path:
    """Return a path below a folder, made of plain names only.

    Raises:
        StorageError: If a name would lead elsewhere.
    """
    for name in names:
        if not is_plain_name(name):
            raise StorageError("name-not-plain", name=name)
    return folder.joinpath(*names)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, waiting for others; the system lets go of it when the process ends, however it ends."""
    with storage_guard(path), path.with_name(f".{path.name}.lock").open("a+b") as lock:
        _lock(lock)
        try:
            yield
        finally:
            _unlock(lock)


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import errno
        import msvcrt

        file.seek(0)
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLOCK:  # LK_LOCK stops after ten seconds; a publication may take longer
                    raise
            else:
                return
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def _unlock(file: IO[bytes]) -> None:
    """Release the lock; Windows itself does so only some time after the file was closed."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


@contextmanager
def storage_guard(path: Path) -> Iterator[None]:
    """Convert any failure to write within the context to a ``StorageError`` that names ``path``."""
    try:
        yield
    except OSError as error:
        raise StorageError("cannot-write", path=path, reason=error.strerror or type(error).__name__) from None


def plain_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        SourceError: If it is missing, or cannot be read, as when another program has it open on Windows.
    """
    with _source_guard(path):
        return path.read_bytes()


@contextmanager
def _source_guard(path: Path) -> Iterator[None]:
    """Convert any failure to read a file to a ``SourceError`` with the reason."""
    try:
        yield
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except IsADirectoryError:
        raise SourceError("file-is-folder", file=path) from None
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None


def plain_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        SourceError: If the file is missing or no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError("file-unreadable", file=path, reason=type(error).__name__) from None


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines of a text file that are not blank, each with its number.

    Raises:
        SourceError: If the file is missing, empty or no text.
    """
    lines = [(number, line) for number, line in enumerate(plain_text(path).split("\n"), start=1) if line.strip()]
    if not lines:
        raise SourceError("file-empty", file=path)
    return lines


def files_of_series(folder: Path, pattern: str, without: Iterable[str] = ()) -> list[str]:
    """Return the sorted names in a folder that match a pattern with ``*`` and ``?``, without Excel's lock files."""
    left_out = {unicodedata.normalize("NFC", name) for name in without}
    wanted = unicodedata.normalize("NFC", pattern).casefold().replace("[", "[[]")
    with storage_guard(folder):
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    alike = [(unicodedata.normalize("NFC", name), name) for name in names if not name.startswith(_TEMPORARY)]
    return [name for plain, name in alike if fnmatchcase(plain.casefold(), wanted) and plain not in left_out]


def write_whole(path: Path, data: bytes) -> bool:
    """Write a file so that it is never seen half-written; a file that already holds ``data`` is not touched.

    A new file has the permissions that the process's umask leaves; a file that is replaced keeps its own.

    Returns:
        Whether anything was written.

    Raises:
        StorageError: If the folder cannot be written; the file is then as before.
    """
    with storage_guard(path):
        if path.is_file() and path.read_bytes() == data:
            return False
        _write(path, data, synced=False)
    return True


def write_synced(path: Path, data: bytes) -> None:
    """Write a file as :func:`write_whole` does, and return only when it and its name in the folder are on the disk.

    Raises:
        StorageError: If the folder cannot be written; the file is then as before.
    """
    with storage_guard(path):
        _write(path, data, synced=True)
        sync_folder(path.parent)


def remove_synced(path: Path) -> None:
    """Remove a file, if it is there, and return only when the disk's folder is without it.

    Raises:
        StorageError: If it cannot be removed.
    """
    with storage_guard(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def sweep(folder: Path, name: str | None = None) -> None:
    """Remove what a killed process was writing aside in a folder; the caller holds the lock on what is written there.

    Args:
        folder: The folder; nothing is done if it is absent.
        name: Only what was to become the file of this name.

    Raises:
        StorageError: If a file cannot be removed.
    """
    with storage_guard(folder):
        for path in folder.iterdir() if folder.is_dir() else ():
            found = _ASIDE.fullmatch(path.name)
            if found and name in (None, found[1]) and not path.is_dir():
                path.unlink()


def _write(path: Path, data: bytes, *, synced: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _beside(path)
    try:
        with aside.open("xb") as file:
            file.write(data)
            if synced:
                file.flush()
                os.fsync(file.fileno())
        _keep_mode(path, aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Write a folder's list of names to the disk; Windows has no such call, and does it when a file is renamed."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(path: Path) -> Path:
    """Return a name beside a file that no other process uses; what is made under it obeys the umask."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def _keep_mode(old: Path, new: Path) -> None:
    """Give a file or folder the permissions of the one whose place it will take, if there is one."""
    if old.exists():
        new.chmod(stat.S_IMODE(old.stat().st_mode))


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """Yield a new folder that takes the place of ``target`` when the block ends without an exception.

    The old folder stays until the new one is complete; an earlier run that was killed between the two renames is
    put right first. Where ``target`` is a symbolic link, the folder to which it leads is replaced, and the link stays.
    Permissions are as those of :func:`write_whole`, for the folder and for each file in it.

    Raises:
        StorageError: If anything cannot be written; ``target`` is then as before. A file that another program has
            open, which on Windows keeps its folder from being renamed, is named.
    """
    place = _led_to(target)
    old = place.with_name(f".{place.name}.old")
    with storage_guard(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        _settle(place, old)
        aside = _beside(place)
        aside.mkdir()
        try:
            yield aside
            for path in (aside, *aside.rglob("*")):
                _keep_mode(place / path.relative_to(aside), path)
            if place.exists():
                _move_away(place, old)
            aside.rename(place)
        finally:
            _settle(place, old)
            shutil.rmtree(aside, ignore_errors=True)


def _led_to(target: Path) -> Path:
    """Return the folder to which a symbolic link leads, else the path itself."""
    if not target.is_symlink():
        return target
    left = target.with_name(f".{target.name}.old")
    with storage_guard(target):
        if left.is_symlink():
            left.unlink()  # as earlier versions left it
    return Path(os.path.realpath(target))


def _move_away(target: Path, old: Path) -> None:
    """Rename a folder; where that is refused for a file that is open in another program, name the file."""
    try:
        target.rename(old)
    except PermissionError as error:
        files = sorted(path for path in target.rglob("*") if path.is_file())
        in_use = [str(path) for path in files if not _can_be_written(path)]
        if not in_use and error.filename is not None and Path(error.filename) in files:
            in_use = [str(error.filename)]
        if not in_use:
            raise
        raise StorageError("file-in-use", files=in_use) from None


def _can_be_written(path: Path) -> bool:
    """Return whether a file can be opened for writing: on Windows not while Excel has it open."""
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False


def _settle(target: Path, old: Path) -> None:
    """Put the old folder back if the new one never came; else remove it."""
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.rename(target)
