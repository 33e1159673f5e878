import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import ssh2 from "ssh2";

/**
 * A small SSH server for the tests of the wizard: lets one public key in, as whoever it asks, and runs commands.
 * Arguments: private host key, public key of the user, then address:port of each host that it is.
 */
const [hostKey = "", userKey = "", ...addresses] = process.argv.slice(2);
const allowed = ssh2.utils.parseKey(readFileSync(userKey));
if (allowed instanceof Error) throw allowed;
const [allowedKey] = [allowed].flat();

for (const address of addresses) {
  const [host, port] = address.split(":");
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (context) => {
      const known = context.method === "publickey" && allowedKey?.getPublicSSH().equals(context.key.data);
      if (known && context.username !== "stranger") context.accept();
      else context.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _, { command }) => {
        const channel = acceptExec();
        const child = spawn("sh", ["-c", command]);
        channel.pipe(child.stdin);
        child.stdin.on("error", () => {});
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  server.listen(Number(port), host, () => process.stdout.write(`${address}\n`));
}
