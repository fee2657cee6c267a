"""One long-lived bash in the sandbox, reached through nothing but the sandbox's ``exec``.

A loop reads the names of command files from a pipe and runs each in the same shell, so variables,
functions, the folder and background jobs stay. It has no terminal. Works wherever there are bash,
setsid, mkfifo and GNU or busybox coreutils.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from inspect_ai.util import ExecResult, sandbox

# $1 is the folder. The shell leads its own process group, which a reset kills as a whole.
_LOOP = r"""
assay_d=$1; exec 3<>"$assay_d/requests"; echo $$ >"$assay_d/pid"
while IFS= read -r assay_n <&3; do
  eval "$(cat "$assay_d/$assay_n.cmd")" >"$assay_d/$assay_n.out" 2>&1 </dev/null 3>&-
  echo "$?" >"$assay_d/$assay_n.tmp"; mv "$assay_d/$assay_n.tmp" "$assay_d/$assay_n.code"
done
"""

# $1 folder, $2 number, $3 seconds, $4 bytes shown, $5 bytes after which a command is stopped.
# First line of the answer: how it ended, exit code, bytes of output; then the output's start.
_CALL = r"""
d=$1 n=$2 end=$(($(date +%s) + $3)) state=done code=0
mkdir -p "$d"
cat >"$d/$n.cmd"
alive() { [ -s "$d/pid" ] && kill -0 "$(cat "$d/pid")" 2>/dev/null; }
size() { wc -c <"$d/$n.out" 2>/dev/null || echo 0; }
if ! alive; then
  rm -f "$d/requests" "$d/pid"
  mkfifo "$d/requests"
  setsid bash -c "$LOOP" bash "$d" </dev/null >/dev/null 2>&1 &
  while ! [ -s "$d/pid" ]; do sleep 0.01; done
fi
echo "$n" >"$d/requests"
pause=0.01 rounds=0
until [ -e "$d/$n.code" ]; do
  if ! alive; then
    [ -e "$d/$n.code" ] || state=gone
    break
  elif [ "$(date +%s)" -ge "$end" ]; then state=timeout; break
  elif [ "$(size)" -gt "$5" ]; then state=flood; break
  fi
  rounds=$((rounds + 1)); [ "$rounds" -lt 30 ] || pause=0.2
  sleep "$pause"
done
case $state in
  done) read -r code <"$d/$n.code" ;;
  *) kill -s KILL -- "-$(cat "$d/pid")" 2>/dev/null; rm -f "$d/pid" ;;
esac
echo "$state $code $(size)"
head -c "$4" "$d/$n.out" 2>/dev/null
rm -f "$d/$n.cmd" "$d/$n.out" "$d/$n.code" "$d/$n.tmp"
"""
# UTF-8 takes at most four bytes a character.
_BYTES_PER_CHARACTER = 4
_FLOOD_BYTES = 64 << 20
_GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command did.

    Attributes:
        state: ``done``; ``gone`` = the command ended the shell itself; ``timeout`` and ``flood``
            (more than 64 MiB of output) = the shell was stopped. After all but ``done`` the next
            command gets a new shell.
        code: Exit code when done.
        output: Start of standard output and error together.
        size: Bytes of the whole output.
    """

    state: str
    code: int
    output: str
    size: int


class Shell:
    """A persistent shell in the current sample's default sandbox; starts with its first command.

    Args:
        seconds: Time a command may take.
        characters: How much output ``run`` returns at least, if there is that much.
    """

    def __init__(self, seconds: int, characters: int) -> None:
        self._folder = f"/tmp/.shell-{uuid4().hex[:12]}"
        self._seconds = seconds
        self._bytes = characters * _BYTES_PER_CHARACTER + 1
        self._count = 0

    async def run(self, command: str) -> Reply:
        """Run one command in the shell.

        Raises:
            TimeoutError: The sandbox itself does not answer.
            RuntimeError: The sandbox lacks bash or a tool that the shell needs.
        """
        self._count += 1
        numbers = (self._count, self._seconds, self._bytes, _FLOOD_BYTES)
        result = await sandbox().exec(
            ["bash", "-c", _CALL, "bash", self._folder, *map(str, numbers)],
            input=command + "\n",
            env={"LOOP": _LOOP},
            timeout=self._seconds + _GRACE_SECONDS,
            timeout_retry=False,
        )
        return _parse(result)


def _parse(result: ExecResult[str]) -> Reply:
    head, _, output = result.stdout.partition("\n")
    words = head.split()
    if len(words) != 3 or not words[2].isdigit() or not words[1].isdigit():
        raise RuntimeError(f"no shell in the sandbox: {result.stderr.strip() or result.stdout}")
    return Reply(words[0], int(words[1]), output, int(words[2]))
