"""A built graph on disk: each version in a folder of its own, removed when nobody reads it.

`versions/<version>/` of a build folder holds `store`, an Oxigraph store (RocksDB,
https://rocksdb.org), and `graph.nq`, whose literals are as they were written. Who writes does so
in a store of its own and leaves a hard-linked backup, which nobody writes to: to open a store
read-only beside its writer is undefined behaviour. Who reads holds a shared lock on
`versions/<version>.lock`, which ends with its process, however that ends; what is not locked may
go.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

from myograph.errors import StoreError

FOLDER = "versions"
_STORE, _GRAPH = "store", "graph.nq"


class OnDisk:
    """One version of a graph on disk, which stays there until this is released, or nobody has it.

    Args:
        path: its folder.
        lock: the descriptor that locks it.

    Attributes:
        path: its folder.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._let_go = weakref.finalize(self, os.close, lock)

    @property
    def name(self) -> str:
        """By which the build folder's report names it."""
        return self.path.name

    @property
    def store(self) -> Path:
        """The folder of the store, to be opened read-only."""
        return self.path / _STORE

    @property
    def graph(self) -> Path:
        """The N-Quads file that the store was loaded from."""
        return self.path / _GRAPH

    def open(self) -> Store:
        """Return the store, read-only.

        A store that is open has threads: open it after a fork, never before one.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            return Store.read_only(str(self.store))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"The store in {self.store} cannot be opened: {error}.",
                "Build the graph again: myograph build.",
            ) from None

    def again(self) -> "OnDisk":
        """Hold it once more, for somebody else to release.

        Raises:
            StoreError: it has been released and removed.
        """
        held = _hold(self.path)
        if held is None:
            raise StoreError(f"{self.path} has been removed.", "Build it again: myograph build.")
        return held

    def release(self) -> None:
        """Let it be removed; what is open of it can be read no longer than that."""
        self._let_go()


class StoredQuads(Collection[Quad]):
    """The quads of an N-Quads file, read anew each time: they never lie in memory as a whole.

    Args:
        path: the file.
        count: how many it has.
    """

    def __init__(self, path: Path, count: int) -> None:
        self._path, self._count = path, count

    def __iter__(self) -> Iterator[Quad]:
        # Lenient: the IRIs were checked when they were read.
        return parse(path=self._path, format=RdfFormat.N_QUADS, lenient=True)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, quad: object) -> bool:
        return any(quad == other for other in self)


def keep(graph: Path, folder: Path, fingerprint: str) -> OnDisk:
    """Load an N-Quads file into a new version, in memory that does not grow with the file.

    Args:
        graph: the file; the version holds it by a hard link where that can be.
        folder: the build folder.
        fingerprint: of the graph, with which the version's name begins.

    Raises:
        StoreError: the disk is full, or the folder cannot be written to.
    """
    try:
        new = folder / FOLDER / f"{fingerprint}-{secrets.token_hex(4)}"
        new.mkdir(parents=True)
        # Held from the first: another process may be about to remove what nobody reads.
        held = _hold(new)
        assert held is not None
        try:
            _link(graph, new / _GRAPH)
            with tempfile.TemporaryDirectory(prefix=".writer-", dir=new) as writer:
                store = Store(writer)
                store.bulk_load(path=new / _GRAPH, format=RdfFormat.N_QUADS, lenient=True)
                store.backup(str(new / _STORE))
                del store
        except BaseException:
            held.release()
            shutil.rmtree(new, ignore_errors=True)
            _lock_file(new).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError) as error:
        raise StoreError(
            f"The graph cannot be kept on disk in {folder / FOLDER}: {error}.",
            "Make room there, or raise the setting disk_above to keep the graph in memory.",
        ) from None
    return held


def hold(folder: Path, name: str | None) -> OnDisk | None:
    """Return a version of a build folder, held, or None where it has been removed."""
    return _hold(folder / FOLDER / name) if name else None


def _hold(path: Path) -> OnDisk | None:
    if not path.is_dir():
        return None
    # A reader may not be allowed to write there.
    writable = os.access(path.parent, os.W_OK)
    lock = os.open(_lock_file(path), os.O_RDWR | os.O_CREAT if writable else os.O_RDONLY, 0o644)
    fcntl.flock(lock, fcntl.LOCK_SH)
    if path.is_dir():
        return OnDisk(path, lock)
    os.close(lock)
    _lock_file(path).unlink(missing_ok=True)
    return None


def remove_unread(folder: Path, current: str | None) -> list[str]:
    """Remove the versions that nobody reads.

    Args:
        folder: the build folder.
        current: the version that stays, whoever reads it.

    Returns:
        The names of what was removed.
    """
    removed = []
    for path in sorted((folder / FOLDER).glob("*")):
        if not path.is_dir() or path.name == current:
            continue
        with contextlib.suppress(OSError), _lock_file(path).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
            _lock_file(path).unlink()
            removed.append(path.name)
    return removed


def not_ours(folder: Path) -> StoreError:
    """Return the error for a folder that is no build folder of ours."""
    if not (folder / "CURRENT").is_file():
        return StoreError(
            f"There is no built graph in {folder}.",
            "Give --store the folder that `myograph build` leaves, or a copy of it.",
        )
    busy = _is_written_to(folder)
    return StoreError(
        f"{folder} is a store that another process writes to."
        if busy
        else f"{folder} is a store that `myograph build` did not make.",
        "Give --store the folder that `myograph build` leaves, or a copy of it.",
    )


def _is_written_to(store: Path) -> bool:
    """Return whether another process holds the lock of a RocksDB store."""
    try:
        with (store / "LOCK").open("ab") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
