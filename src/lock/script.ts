/** Where the lock is on a host: gone after a reboot, and only root may open it. */
export const LOCK_DIRECTORY = "/run/quintet";

/** A lock whose owner says nothing for this long is free. */
export const EXPIRY_SECONDS = 30;

/** How often the owner says something. */
export const HEARTBEAT_MS = 5_000;

/**
 * Holds the lock of one host for as long as lines arrive on its standard input. The kernel frees the lock (flock) in
 * whatever way this ends, so nothing that it leaves behind can block anybody. What the first line says is only ever
 * stored and shown.
 *
 * $1 directory, $2 seconds without a line after which it gives up. Prints one answer:
 *   taken               nobody else has had it since this owner last did, or since the host booted
 *   taken after another
 *   held NOW SINCE ALIVE   (seconds of this host's clock, or - where unknown), then what the holder's first line said
 */
const LOCK_SCRIPT = `
umask 077
directory=$1 expiry=$2
# Children must not inherit the lock: one of them would keep it when this shell is killed.
line() { timeout "$expiry" sh -c 'IFS= read -r line && printf "%s\\n" "$line"' 9>&-; }
stamp() { stat -c %Y "$directory/$1" 2>/dev/null || echo -; }

mkdir -p "$directory" || exit
exec 9>>"$directory/lock"
owner=$(line) || exit 0
flock --nonblock --conflict-exit-code 75 9
case $? in
  0) ;;
  75)
    holder=$(head -c 4000 "$directory/holder" 2>/dev/null | tr -d '\\0')
    pid=\${holder%%
*}
    # Left behind by one that was killed: the holder of this moment has not written its own yet.
    case $pid in *[!0-9]* | "") pid=none ;; esac
    if [ -d "/proc/$pid" ]; then
      echo "held $(date +%s) $(stamp holder) $(stamp alive)"
      printf '%s\\n' "$holder" | sed -n 2p
    else
      echo "held $(date +%s) - -"
      echo
    fi
    exit 0 ;;
  *) exit 1 ;;
esac
: >"$directory/alive" && printf '%s\\n%s\\n' "$$" "$owner" >"$directory/holder" || exit
last=$(head -c 4000 "$directory/last" 2>/dev/null | tr -d '\\0')
printf '%s\\n' "$owner" >"$directory/last"
case $last in "$owner" | "") echo taken ;; *) echo taken after another ;; esac
while line >/dev/null; do : >"$directory/alive"; done
rm -f "$directory/holder" "$directory/alive"
`;

/** The command for one host. */
export function lockArgv(directory = LOCK_DIRECTORY, expirySeconds = EXPIRY_SECONDS): string[] {
  return ["sh", "-c", LOCK_SCRIPT, "quintet-lock", directory, String(expirySeconds)];
}
