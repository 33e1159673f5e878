/**
 * Takes a server out of the app pool of the balancer that it runs on, and puts it in again: all of it in one call, which
 * polls beside HAProxy rather than over SSH.
 *
 *   drain SERVER WITHIN RETURN COMMAND...   prints how many sessions did not end within WITHIN ms. After RETURN ms the
 *                                           balancer runs COMMAND by itself, should nobody have called "ready".
 *   ready SERVER WITHIN                     prints whether HAProxy found it healthy within WITHIN ms
 */
export const POOL_SCRIPT = `import csv, socket, subprocess, sys, time

def ask(words):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect("/run/haproxy/admin.sock")
        s.sendall(words.encode() + b"\\n")
        answer = b""
        while block := s.recv(65536):
            answer += block
    return answer.decode()

def column(name):
    rows = csv.DictReader(ask("show stat app 4 -1").lstrip("# ").splitlines())
    return next(row[name] for row in rows if row["svname"] == server)

def poll(name, enough):
    end = time.monotonic() + within
    while not enough(found := column(name)) and time.monotonic() < end:
        time.sleep(0.02)
    return found

verb, server, within = sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000
unit = f"quintet-ready-{server}"
if verb == "drain":
    subprocess.run(["systemctl", "stop", f"{unit}.timer"], stderr=subprocess.DEVNULL)
    timer = [f"--unit={unit}", f"--on-active={sys.argv[4]}ms", "--timer-property=AccuracySec=1s"]
    subprocess.run(["systemd-run", "--quiet", "--collect", *timer, *sys.argv[5:]], check=True)
    ask(f"set server app/{server} state drain")
    print(poll("scur", lambda sessions: sessions == "0"))
else:
    ask(f"set server app/{server} state ready")
    up = poll("status", lambda status: status.startswith("UP")).startswith("UP")
    subprocess.run(["systemctl", "stop", f"{unit}.timer"], stderr=subprocess.DEVNULL)
    print("up" if up else "not up")
`;
