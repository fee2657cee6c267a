"""What a bubblewrap sandbox is made of, and the options that make it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt

# Files of the host's /etc without which its programs fail to start; none of them is secret.
_ETC = (
    "alternatives",
    "debian_version",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "os-release",
    "python3*",
)
# Merged into /usr on current systems, folders of their own elsewhere.
_TOP = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
INSIDE = "/run/assay"
# The uid behind the sandbox's root when we are root ourselves: "nobody" everywhere.
NOBODY = 65534
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BwrapConfig(BaseModel):
    """Root file system and limits of a sandbox.

    Memory and CPU time hold for each process, not for the sandbox as a whole.

    Attributes:
        rootfs: Folder with a root file system, used copy-on-write; ``None`` takes the host's
            ``/usr`` read-only with an empty ``/etc``, ``/home``, ``/root`` and ``/var``.
        workdir: Where commands start; made when absent.
        memory_mb: Address space of a process, MiB.
        processes: Processes and threads of the sandbox.
        file_mb: Largest file that can be written, MiB.
        cpu_seconds: CPU time of a process, seconds.
        disk_mb: Size of ``/tmp`` and, without ``rootfs``, of everything writable, MiB.
        hidden: Folders that appear empty: what an administrator put there is not the task's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rootfs: Path | None = None
    workdir: str = "/app"
    memory_mb: PositiveInt = 2048
    processes: PositiveInt = 256
    file_mb: PositiveInt = 512
    cpu_seconds: PositiveInt = 3600
    disk_mb: PositiveInt = 2048
    hidden: tuple[str, ...] = ("/usr/local",)


def arguments(config: BwrapConfig, control: Path, *, as_root: bool) -> list[str]:
    """Options of bwrap for a fresh sandbox in which ``INSIDE/init`` can be run.

    An ordinary user becomes root of a user namespace of its own. Root may not: its files and
    devices would stay its own inside, so it sets the mounts up and then gives its identity away
    (``INSIDE/init`` does that, with the three capabilities kept here).

    Args:
        config: What to make.
        control: Host folder shown read-only as ``INSIDE``.
        as_root: Whether the caller is root.
    """
    args = ["--die-with-parent", "--hostname", "sandbox"]
    args += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    args += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
    if as_root:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"):
            args += ["--cap-add", capability]
    else:
        args += ["--unshare-user", "--disable-userns", "--uid", "0", "--gid", "0"]
    args += ["--clearenv", "--setenv", "PATH", _PATH, "--setenv", "HOME", "/root"]
    args += ["--setenv", "LANG", "C.UTF-8", "--setenv", "USER", "root"]
    args += _root(config)
    size = str(config.disk_mb << 20)
    args += ["--proc", "/proc", "--dev", "/dev"]
    args += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"]
    args += ["--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    args += ["--perms", "0755", "--size", "65536", "--tmpfs", "/run"]
    return [*args, "--ro-bind", str(control), INSIDE, "--chdir", "/"]


def _root(config: BwrapConfig) -> Iterator[str]:
    if config.rootfs is not None:
        yield from ("--overlay-src", str(config.rootfs), "--tmp-overlay", "/")
        return
    yield from ("--size", str(config.disk_mb << 20), "--tmpfs", "/")
    yield from ("--ro-bind", "/usr", "/usr")
    for folder in map(Path, _TOP):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    for name in ("/etc", "/home", "/opt", "/root", "/srv", "/var", "/var/log", "/var/tmp"):
        yield from ("--dir", name)
    for name in sorted(str(found) for pattern in _ETC for found in Path("/etc").glob(pattern)):
        yield from ("--ro-bind", name, name)
    for name in config.hidden:
        if Path(name).is_dir():
            yield from ("--perms", "0755", "--size", str(config.disk_mb << 20), "--tmpfs", name)
