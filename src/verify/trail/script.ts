/**
 * Finds lines in logs as root: standard input says which marks to look for where, and for how long. A log is followed
 * until all were found or the time is over, because what is written to it may be buffered. Prints the lines of each mark.
 */
export const FIND = `import json, subprocess, sys, threading, time
logs = json.load(sys.stdin)
found = [[[] for _ in log["marks"]] for log in logs]
MOST = 16 << 20

class Follower(threading.Thread):
    def __init__(self, log, lines):
        super().__init__(daemon=True)
        self.log, self.lines, self.process = log, lines, None
        self.end = time.monotonic() + log["seconds"]

    def over(self):
        return all(self.lines) or time.monotonic() > self.end

    def take(self, line):
        for mark, lines in zip(self.log["marks"], self.lines):
            if mark in line:
                lines.append(line.rstrip("\\n")[:2000])

    def run(self):
        if "unit" in self.log:
            self.follow_unit()
        else:
            self.follow_file()

    def follow_file(self):
        try:
            log = open(self.log["file"], errors="replace")
        except FileNotFoundError:
            return
        with log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - MOST))
            rest = ""
            while not self.over():
                more = log.read()
                *lines, rest = (rest + more).split("\\n")
                for line in lines:
                    self.take(line)
                if not more:
                    time.sleep(0.05)

    def follow_unit(self):
        argv = ["journalctl", "--follow", "--lines=all", "--since=-30s", "--output=cat", "--quiet", "--unit", self.log["unit"]]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, errors="replace")
        for line in self.process.stdout:
            self.take(line)
            if self.over():
                break

followers = [Follower(*pair) for pair in zip(logs, found)]
for follower in followers:
    follower.start()
while any(follower.is_alive() and not follower.over() for follower in followers):
    time.sleep(0.02)
for follower in followers:
    if follower.process:
        follower.process.kill()
print(json.dumps(found))
`;
