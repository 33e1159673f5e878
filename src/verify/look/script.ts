/**
 * Looks at a host as root and prints one JSON object; the questions come on standard input, so do not appear in the
 * list of processes. What cannot be found out is in `errors`, by section, and keeps nothing else from being told.
 */
export const LOOK = `import hashlib, json, os, socket, ssl, struct, subprocess, sys, time
began = time.time()
ask = json.load(sys.stdin)
said = {"errors": {}}

def run(*argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or "exit code %d" % done.returncode).splitlines()[-1])
    return done.stdout

def section(name, work):
    if ask.get(name) is None:
        return
    try:
        said[name] = work(ask[name])
    except Exception as error:
        said["errors"][name] = str(error) or type(error).__name__

def failed(_):
    lines = run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager", "--full").splitlines()
    return [line.split()[0] for line in lines if line.strip()]

def units(names):
    text = run("systemctl", "show", "--property=Id,ActiveState,UnitFileState", *names)
    shown = [dict(line.split("=", 1) for line in block.splitlines()) for block in text.split("\\n\\n") if block.strip()]
    return [{"unit": name, "active": one["ActiveState"], "enabled": one["UnitFileState"]} for name, one in zip(names, shown)]

def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()

# systemd writes down the checksums of what a service reads whenever it starts or reloads it.
def loaded(wanted):
    found = []
    for one in wanted:
        try:
            with open("/run/quintet/%s.%s" % (one["unit"], one["change"])) as f:
                record = dict(reversed(line.rstrip("\\n").split("  ", 1)) for line in f if "  " in line)
        except FileNotFoundError:
            found.append(dict(one, loaded=None))
            continue
        found.append(dict(one, loaded=record.get(one["path"]) == digest(one["path"])))
    return found

def filter_confirmed(_):
    return digest("/etc/quintet-firewall.nft") == digest("/etc/quintet-firewall.confirmed.nft")

# One entry a file system, under the first of the paths that is on it.
def disks(paths):
    found = {}
    for path in paths:
        if not os.path.exists(path):
            continue
        at = os.statvfs(path)
        found.setdefault(os.stat(path).st_dev, {
            "path": path, "bytes": at.f_frsize * at.f_blocks, "free": at.f_frsize * at.f_bavail,
            "inodes": at.f_files, "freeInodes": at.f_favail, "readOnly": bool(at.f_flag & os.ST_RDONLY)})
    return list(found.values())

def backup(directory):
    files = [os.path.join(top, name) for top, _, names in os.walk(directory) for name in names]
    if not files:
        return None
    newest = max(files, key=os.path.getmtime)
    return {"file": newest, "ageSeconds": time.time() - os.path.getmtime(newest), "bytes": os.path.getsize(newest)}

# Both from the server itself: what it enforces, and which accounts it would let in without TLS.
def database(about):
    text = run(about["client"], "--batch", "--skip-column-names", "--execute",
        "SELECT @@GLOBAL.require_secure_transport; SELECT Host, ssl_type <> '' FROM mysql.user WHERE User = '%s'" % about["account"])
    first, *accounts = text.splitlines()
    return {"requiresTls": first == "1", "accounts": [
        {"from": line.split("\\t")[0], "requiresTls": line.split("\\t")[1] == "1"} for line in accounts]}

def exactly(sock, length):
    data = b""
    while len(data) < length:
        more = sock.recv(length - len(data))
        if not more:
            raise RuntimeError("the database closed the connection: %r" % data[:80])
        data += more
    return data

# MySQL's protocol: the server greets, the client asks for TLS, then both shake hands.
def handshake(to):
    with socket.create_connection((to["address"], to["port"]), 5) as plain:
        plain.settimeout(5)
        head = exactly(plain, 4)
        greeting = exactly(plain, int.from_bytes(head[:3], "little"))
        if greeting[0] == 255:
            raise RuntimeError("it answers: " + greeting[3:].decode(errors="replace"))
        version, rest = greeting[1:].split(b"\\0", 1)
        if not struct.unpack("<H", rest[13:15])[0] & 0x800:
            raise RuntimeError("it speaks no TLS")
        # CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION
        plain.sendall(bytes([32, 0, 0, 1]) + struct.pack("<IIB", 0x8A00, 1 << 24, 45) + bytes(23))
        context = ssl.create_default_context(**to["trust"])
        with context.wrap_socket(plain, server_hostname=to["address"]) as secure:
            expires = ssl.cert_time_to_seconds(secure.getpeercert()["notAfter"])
            return {"version": version.decode(), "protocol": secure.version(), "expires": expires}

for name, work in [("failed", failed), ("units", units), ("loaded", loaded), ("filterConfirmed", filter_confirmed),
                   ("disks", disks), ("backup", backup), ("database", database), ("handshake", handshake)]:
    section(name, work)
print(json.dumps(dict(said, began=began, ended=time.time())))
`;
