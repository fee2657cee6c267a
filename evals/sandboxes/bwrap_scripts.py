"""The shell programs that run inside a bubblewrap sandbox.

Only ``/bin/sh``, ``setsid``, ``setpriv`` and ``unshare`` (util-linux) are asked of the root file
system. Everything that varies is quoted by the host; the control folder is read-only inside.
"""

from __future__ import annotations

import re
from shlex import quote

from evals.sandboxes.bwrap_config import INSIDE, NOBODY, BwrapConfig

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Files of /etc that programs ask for who they are; written only where there is none.
_ACCOUNTS = """
[ -e /etc/passwd ] || echo 'root:x:0:0:root:/root:/bin/bash' >/etc/passwd
[ -e /etc/group ] || echo 'root:x:0:' >/etc/group
[ -e /etc/hosts ] || echo '127.0.0.1 localhost sandbox' >/etc/hosts
"""

# One request = two lines: a verb and its object. End of input ends the sandbox.
_SERVE = f"""
echo ready
exec >/dev/null 2>&1
while IFS= read -r verb && IFS= read -r object; do
  case $verb in
    run) setsid /bin/sh {INSIDE}/"$object"/run </dev/null & ;;
    kill) kill -s KILL -- -"$object" ;;
  esac
done
"""


def init(config: BwrapConfig, *, as_root: bool) -> str:
    """The first program: hands root's identity away where needed, then starts the server."""
    if not as_root:
        return f"exec /bin/sh {INSIDE}/serve\n"
    own = "/ /etc /home /opt /root /srv /tmp /var /var/log /var/tmp /dev/shm"
    own = " ".join([own, *map(quote, config.hidden)])
    # Root of a namespace whose only user is nobody; no further namespaces, no capabilities.
    inner = (
        "echo 0 >/proc/sys/user/max_user_namespaces; "
        f"exec setpriv --bounding-set=-all --inh-caps=-all /bin/sh {INSIDE}/serve"
    )
    return (
        f"chown {NOBODY}:{NOBODY} {own} 2>/dev/null\n"
        f"exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups "
        f"unshare --user --map-root-user /bin/sh -c {quote(inner)}\n"
    )


def serve(config: BwrapConfig) -> str:
    """The server: sets the limits that all commands inherit, then waits for requests."""
    return (
        f"mkdir -p -- {quote(config.workdir)}\n{_ACCOUNTS}"
        f"ulimit -c 0; ulimit -v {config.memory_mb * 1024}; ulimit -t {config.cpu_seconds}\n"
        f"ulimit -f {config.file_mb * 2048}\n"
        # dash and bash name the same limit differently
        f"ulimit -u {config.processes} 2>/dev/null || ulimit -p {config.processes}\n{_SERVE}"
    )


def job(name: str, command: list[str], cwd: str, env: dict[str, str], *, stdin: bool) -> str:
    """One command: reports its process group, runs, reports its exit code.

    Args:
        name: Folder of the job under the control folder.
        command: Program and arguments.
        cwd: Absolute folder to run in.
        env: Additional variables.
        stdin: Whether input will come through the ``in`` pipe.

    Raises:
        ValueError: A variable's name is not a shell name, or a text holds a NUL byte.
    """
    for variable in env:
        if not _NAME.fullmatch(variable):
            raise ValueError(f"not a variable name: {variable!r}")
    if any("\0" in text for text in (*command, cwd, *env.values())):
        raise ValueError("a command cannot hold a NUL byte")
    exports = "".join(f"export {key}={quote(value)}\n" for key, value in env.items())
    source = f"{INSIDE}/{name}/in" if stdin else "/dev/null"
    return (
        f"d={INSIDE}/{name}\n"
        f'exec 3>"$d/code" 4>"$d/err" >"$d/out" <{source} 2>/dev/null\n'
        'echo "$$" >&3\n'
        "(exec 2>&4 3>&- 4>&-\n"
        f"{exports}cd -- {quote(cwd)} || exit 1\n"
        f"exec {' '.join(map(quote, command))})\n"
        'echo "$?" >&3\n'
    )
