"""What a sandbox keeps out, and what it holds to."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from evals.sandboxes.bwrap_config import BwrapConfig
from evals.sandboxes.bwrap_namespace import Finished, Namespace

pytestmark = pytest.mark.anyio
Run = Callable[..., Awaitable[Finished]]
SMALL = BwrapConfig(memory_mb=256, processes=20, file_mb=1, cpu_seconds=1, disk_mb=8)


def lines(done: Finished) -> list[str]:
    return done.out.decode().splitlines()


async def test_no_network(sh: Run) -> None:
    done = await sh(
        "sed 1,2d /proc/net/dev | cut -d: -f1; "
        "python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 80), 2)'"
    )
    assert [line.strip() for line in lines(done)] == ["lo"]
    assert b"Network is unreachable" in done.err


async def test_host_files_and_variables_are_not_there(sh: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    files = ["/etc/shadow", "/etc/machine-id", str(Path.home() / ".cache"), str(tmp_path)]
    files += [str(Path(__file__))]
    done = await sh(f"ls -d {' '.join(files)}; ls -A /root /home /usr/local /var/log /srv; env")
    assert not any(line.startswith("/etc") or str(tmp_path) in line for line in lines(done))
    names = {line.partition("=")[0] for line in lines(done) if "=" in line}
    assert names <= {"PATH", "HOME", "LANG", "USER", "PWD", "OLDPWD", "SHLVL", "_"}
    assert done.err.count(b"No such file") == len(files)


async def test_host_processes_and_names_are_not_there(sh: Run) -> None:
    done = await sh("hostname; ls -d /proc/[0-9]* | wc -l; cat /proc/1/cmdline | tr '\\0' ' '")
    hostname, count, first = lines(done)
    assert hostname == "sandbox"
    assert int(count) < 12
    assert str(Path.home() / ".cache") not in first
    assert "assay-bwrap" not in first


async def test_root_inside_is_nobody_of_importance_outside(sh: Run) -> None:
    done = await sh("id -u; awk '{print $2}' /proc/self/uid_map; grep CapEff /proc/self/status")
    inside, outside, capabilities = lines(done)
    assert inside == "0"
    assert int(outside) == (os.geteuid() or 65534)
    assert int(capabilities.split()[1], 16) == 0


async def test_kernel_and_system_cannot_be_changed(sh: Run) -> None:
    done = await sh(
        # The kernel lets everybody write ns_last_pid; it is that of the namespace.
        "find /proc/sys /proc/sysrq-trigger -type f -writable ! -name ns_last_pid 2>/dev/null; "
        "touch /usr/x /bin/x; chmod 777 /dev/null; mount -t tmpfs none /mnt; unshare -U true"
    )
    assert lines(done) == []
    assert done.code != 0
    assert done.err.count(b"\n") >= 5
    assert Path("/dev/null").stat().st_mode & 0o777 == 0o666


async def test_what_is_writable(sh: Run) -> None:
    done = await sh(
        "for d in /app /tmp /root /etc /var/log /usr/local /dev/shm /; do touch $d/x; done"
    )
    assert done == Finished(0, b"", b"")


@pytest.mark.parametrize("config", [SMALL])
async def test_limits_hold(sh: Run) -> None:
    memory = await sh("python3 -c 'bytearray(600 << 20)'")
    assert b"MemoryError" in memory.err
    size = await sh("head -c 3000000 /dev/zero >/tmp/big; wc -c </tmp/big")
    assert lines(size)[-1] == str(1 << 20)
    disk = await sh("for i in $(seq 12); do head -c 1000000 /dev/zero >/tmp/f$i; done; echo end")
    assert b"No space left" in disk.err
    processes = await sh("for i in $(seq 40); do sleep 5 & done")
    assert b"fork" in processes.err.lower()


@pytest.mark.parametrize("config", [SMALL])
async def test_processor_time_is_limited(sh: Run) -> None:
    done = await sh("while :; do :; done", timeout=10)
    assert done.code in (137, 152)


async def test_background_process_lives_between_commands(sh: Run) -> None:
    await sh("(sleep 0.3; echo late >/app/late) &")
    done = await sh("ls /app; until [ -e late ]; do sleep 0.05; done; cat late")
    assert lines(done) == ["late"]


async def test_timeout_kills_children_but_not_other_jobs(sh: Run) -> None:
    await sh("sleep 4321 &")
    with pytest.raises(TimeoutError):
        await sh("sleep 4322 | sleep 4323", timeout=0.3)
    # A minimal system has no ps.
    done = await sh(r"sleep 0.1; cat /proc/[0-9]*/cmdline | tr '\0' '\n' | grep '^432.$'")
    assert lines(done) == ["4321"]


@pytest.mark.docker
async def test_root_file_system_is_copied_on_write() -> None:
    # Its builder needs what the Docker engine's script installs.
    from evals.sandboxes.base_image import ensure_rootfs

    rootfs = ensure_rootfs()
    namespace = await Namespace.start(BwrapConfig(rootfs=rootfs))
    try:
        command = (
            "rm -r /usr/lib/git-core && mkdir /usr/lib/git-core && touch /etc/new /usr/bin/new"
        )
        done = await namespace.run(
            [
                "sh",
                "-c",
                f"{command}; python3 -c 'import pytest'; tmux -V; ls -A /usr/lib/git-core",
            ],
            cwd="/",
            limit=1000,
        )
    finally:
        namespace.close()
    assert done.err == b""
    assert done.out.startswith(b"tmux")
    assert any((rootfs / "usr/lib/git-core").iterdir())
    assert not (rootfs / "etc/new").exists()
