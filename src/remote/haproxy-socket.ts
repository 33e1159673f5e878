import type { Session } from "./session.ts";

/** Sends its words, or standard input, to HAProxy's runtime socket: python3 is on every host, socat is not. */
export const HAPROXY_SOCKET = `import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect("/run/haproxy/admin.sock")
s.sendall(" ".join(sys.argv[1:]).encode() + b"\\n" if sys.argv[1:] else sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while True:
    b = s.recv(65536)
    if not b: break
    sys.stdout.buffer.write(b)
`;

/** What HAProxy says to commands, separated by semicolons. Throws where it does not answer. */
export async function askHaproxy(session: Session, commands: string): Promise<string> {
  const result = await session.run(["python3", "-c", HAPROXY_SOCKET], {
    input: `${commands}\n`,
    sudo: true,
    timeoutMs: 10_000,
  });
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`HAProxy's runtime socket does not answer: ${result.stderr.trim().split("\n").at(-1)}`);
}
