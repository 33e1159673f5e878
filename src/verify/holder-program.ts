/** How often a machine is asked. */
export const PERIOD_MS = 50;
/** A sampler that nobody has stopped ends by itself after this long; no drill's load takes longer. */
export const LIFETIME_MS = 1_800_000;

/**
 * A balancer's sampler: prints "boot <id>" and then "now <monotonic ms> <0|1>" every period until standard input ends. It reads the
 * kernel's tables itself: starting `ip` twenty times a second would cost the machine what the drill is to measure.
 *
 * A machine that is cut off cannot tell what it holds, and that is when it matters. So each sample is also written to a
 * file in memory; a sampler that is started under the same name after the connection was lost first tells what is
 * there, as "past <monotonic ms> <0|1>". One that lost its reader goes on for a while: sshd may notice late. The word
 * "stop" removes the file. A kernel without IPv6 has no table of it, and holds no such address.
 */
export const SAMPLER = `import glob, ipaddress, os, re, select, sys, time
vip = ipaddress.ip_address(sys.argv[1])
period, lifetime, name = float(sys.argv[2]) / 1000, float(sys.argv[3]) / 1000, sys.argv[4]
if vip.version == 4:
    table, wanted = "/proc/net/fib_trie", re.compile(r"\\|-- %s\\n(?:\\s+/\\d+ [^\\n]*\\n)*?\\s+/32 host LOCAL" % re.escape(str(vip)))
else:
    table, wanted = "/proc/net/if_inet6", re.compile(r"^%s " % vip.exploded.replace(":", ""), re.M)
path = "/dev/shm/quintet-holder-" + name
for old in glob.glob("/dev/shm/quintet-holder-*"):
    try:
        if time.time() - os.stat(old).st_mtime > lifetime: os.unlink(old)
    except OSError: pass
kept = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
reader = True
def tell(text):
    global reader
    try:
        if reader: os.write(1, text.encode())
    except OSError:
        reader = False
tell("boot %s\\n" % open("/proc/sys/kernel/random/boot_id").read().strip())
with os.fdopen(os.dup(kept)) as past:
    past.seek(0)
    for line in past: tell("past " + line)
begin = due = time.monotonic()
left = None
while True:
    now = time.monotonic()
    if now - begin > lifetime or left is not None and now - left > 60: break
    try:
        with open(table) as f:
            held = wanted.search(f.read()) is not None
    except FileNotFoundError:
        held = False
    line = "%.3f %d\\n" % (now * 1000, held)
    os.write(kept, line.encode())
    tell("now " + line)
    due = max(due + period, time.monotonic())
    if left is not None or not reader:
        if left is None: left = time.monotonic()
        time.sleep(max(0, due - time.monotonic()))
    elif select.select([0], [], [], max(0, due - time.monotonic()))[0]:
        if b"stop" in os.read(0, 64):
            os.unlink(path)
            break
        left = time.monotonic()
`;
