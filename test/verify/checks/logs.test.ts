import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { clientAddress } from "../../../src/verify/checks/client-address.ts";
import { balancerLogs, hasWord, webLogs } from "../../../src/verify/checks/logs.ts";
import type { Context } from "../../../src/verify/context.ts";
import { makeLooks } from "../../../src/verify/looks.ts";
import { FORGED } from "../../../src/verify/trail/trail.ts";
import { brief, contextOf, here, sessionsOf, siteOf } from "./context.ts";

/** Lines as each daemon would log a request for a path; undefined: it logs nothing. */
interface Logged {
  readonly balancer?: (path: string) => string | undefined;
  readonly web?: (path: string, server: string) => string | undefined;
  readonly app?: (path: string, server: string) => string | undefined;
}

const CLIENT = "192.0.2.77";
const AS_IT_SHOULD: Required<Logged> = {
  balancer: (path) => `${CLIENT}:5022 [..] https~ web/web1 404 {shop.example} "GET ${path} HTTP/1.1"`,
  web: (path) => `${CLIENT} - - [..] "GET ${path} HTTP/1.1" 404 shop.example "${CLIENT}"`,
  app: (path, server) => `GET ${path} 404 2 ${server} ${CLIENT}`,
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-logs-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // As journalctl --follow: what is there, then what comes.
  const journalctl = `#!/bin/sh\nfor unit; do :; done\nexec tail -n +1 -F "${directory}/$HOST.$unit" 2>/dev/null\n`;
  await writeFile(join(directory, "journalctl"), journalctl, { mode: 0o755 });
});

/** The site over real HTTPS, and hosts whose logs are files here. Nginx writes each line later than it answers. */
async function stackThatLogs(change: Logged = {}, over: Partial<Context> = {}): Promise<Context> {
  const logged = { ...AS_IT_SHOULD, ...change };
  const write = async (file: string, line: string | undefined) => {
    if (line !== undefined) await appendFile(join(directory, file), `${line}\n`);
  };
  for (const host of ["web1", "web2"]) {
    await writeFile(join(directory, `${host}.access.log`), "an older line\n");
    await writeFile(join(directory, `${host}.haproxy.service`), "");
  }
  for (const host of ["app1", "app2"]) await writeFile(join(directory, `${host}.app.service`), "started\n");
  const https = await siteOf(async (request, response, server) => {
    const path = request.url ?? "";
    expect(request.headers["x-forwarded-for"]).toBe(FORGED);
    for (const balancer of ["web1", "web2"]) await write(`${balancer}.haproxy.service`, logged.balancer(path));
    if (server.startsWith("app")) await write(`${server}.app.service`, logged.app(path, server));
    response.writeHead(404, { "x-client-address": CLIENT }).end();
    if (server.startsWith("web")) await write(`${server}.access.log`, logged.web(path, server));
  });
  const sessions = sessionsOf((host, argv, options) => {
    const input = options.input?.replaceAll("/var/log/nginx/access.log", join(directory, `${host}.access.log`)) ?? "";
    // Nobody waits in a test for what never comes.
    const brief = input.replaceAll(/"seconds":\d+/g, '"seconds":0.4');
    return here(["env", `HOST=${host}`, ...argv], { ...options, input: brief }, directory);
  });
  const context = contextOf({ https }, {}, { ...sessions, ...over });
  return { ...context, ...makeLooks(context) };
}

const run = async (context: Context) => ({
  balancers: brief(await balancerLogs.run(context)),
  webs: brief(await webLogs.run(context)),
  clients: brief(await clientAddress.run(context)),
});

test("requests that are in every log, with the site's name and the client's address", async () => {
  expect(await run(await stackThatLogs())).toEqual({
    balancers: ["web1 passed: the request, with shop.example", "web2 passed: the request, with shop.example"],
    webs: ["web1 passed: the request, with shop.example", "web2 passed: the request, with shop.example"],
    clients: ["web1", "web2", "app1", "app2"].map((host) => `${host} passed: ${CLIENT}`),
  });
});

test("a log without the line, or without the site's name, fails its own check alone", async () => {
  const silent = await run(await stackThatLogs({ balancer: () => undefined }));
  expect(silent.balancers).toEqual([
    "web1 failed: the request is not in the journal of haproxy.service",
    "web2 failed: the request is not in the journal of haproxy.service",
  ]);
  expect([...silent.webs, ...silent.clients].filter((line) => !line.includes("passed"))).toEqual([]);

  const nameless = await run(
    await stackThatLogs({
      web: (path, server) => (server === "web1" ? AS_IT_SHOULD.web(path, server) : `${CLIENT} ${path}`),
    }),
  );
  expect(nameless.webs).toEqual([
    "web1 passed: the request, with shop.example",
    "web2 failed: the request, without shop.example",
  ]);
  const lost = await run(await stackThatLogs({ web: () => undefined }));
  expect(lost.webs[0]).toBe("web1 failed: the request is not in /var/log/nginx/access.log");
  expect(lost.clients[0]).toBe("web1 skipped: it logged no request");
});

test("an address that a client claims must not be believed, nor passed on", async () => {
  const passedOn = await run(
    await stackThatLogs({ web: (path) => `${CLIENT} ${path} shop.example "${FORGED}, ${CLIENT}"` }),
  );
  expect(passedOn.clients.slice(0, 2)).toEqual([
    expect.stringMatching(`^web1 failed: ${FORGED} was believed, or passed on by web[12]$`),
    expect.stringMatching(`^web2 failed: ${FORGED} was believed, or passed on by web[12]$`),
  ]);
  const believed = await run(
    await stackThatLogs({ app: (path, server) => `${path} ${server === "app2" ? FORGED : CLIENT}` }),
  );
  expect(believed.clients).toEqual([
    `web1 passed: ${CLIENT}`,
    `web2 passed: ${CLIENT}`,
    `app1 passed: ${CLIENT}`,
    expect.stringMatching(`^app2 failed: ${FORGED} was believed, or passed on by web[12]$`),
  ]);
  const balancersAddress = await run(await stackThatLogs({ web: (path) => `10.0.0.11 ${path} shop.example` }));
  expect(balancersAddress.clients[0]).toBe("web1 failed: another address, or none");
});

test("an application may log what it likes", async () => {
  for (const app of [() => undefined, (path: string) => `GET ${path}`]) {
    expect((await run(await stackThatLogs({ app }))).clients.slice(2)).toEqual([
      "app1 skipped: the application logs no client's address",
      "app2 skipped: the application logs no client's address",
    ]);
  }
});

test("with --limit, only these hosts are logged in to, and a balancer that is not among them is not asked by itself", async () => {
  const whole = await stackThatLogs();
  const asked: string[] = [];
  const to = (name: string) => {
    asked.push(name);
    return whole.sessions.to(name);
  };
  const limited = {
    ...whole,
    hosts: whole.hosts.filter(({ name }) => name === "app2"),
    sessions: { ...whole.sessions, to },
  };
  const context = { ...limited, ...makeLooks(limited) };
  expect((await run(context)).clients).toEqual([`app2 passed: ${CLIENT}`]);
  expect(asked).toEqual(["app2"]);
});

test("a balancer that does not answer keeps nobody from being judged, and none answering is told", async () => {
  const context = await stackThatLogs();
  const hosts = context.hosts.map((host) => (host.name === "web2" ? { ...host, address: "127.0.0.3" } : host));
  const found = await run({ ...context, hosts, ...makeLooks({ ...context, hosts }) });
  expect(found.balancers).toEqual([
    "web1 passed: the request, with shop.example",
    "web2 skipped: it answered no request",
  ]);
  expect(found.webs.concat(found.clients).filter((line) => !line.includes("passed"))).toEqual([]);
  const nobody = contextOf({});
  await expect(makeLooks(nobody).trails()).rejects.toThrow("ECONNREFUSED");
});

test("a host whose logs cannot be read fails with the reason", async () => {
  const context = await stackThatLogs();
  const broken = { ...context, ...sessionsOf(async () => ({ exitCode: 1, stderr: "Traceback\nPermissionError: no" })) };
  const found = await run({ ...broken, ...makeLooks(broken) });
  expect(found.webs[0]).toBe("web1 failed: its logs cannot be read: PermissionError: no");
  expect(found.clients[0]).toBe("web1 failed: its logs cannot be read: PermissionError: no");
});

test.each([
  ["10.0.0.1 GET", "10.0.0.1", true],
  ["10.0.0.11 GET", "10.0.0.1", false],
  ["110.0.0.1 GET", "10.0.0.1", false],
  ["10.0.0.1:5022 [", "10.0.0.1", true],
  ["::ffff:10.0.0.1 GET", "10.0.0.1", true],
  ["10.0.0.1.example", "10.0.0.1", false],
  ["10.0.0.12, 10.0.0.1", "10.0.0.1", true],
  ["2001:db8::1:2 -", "2001:db8::1", false],
  ["[2001:db8::1]:5022 -", "2001:db8::1", true],
  ['"10.0.0.1"', "10.0.0.1", true],
  ["{shop.example}", "shop.example", true],
  ["{my.shop.example}", "shop.example", false],
  ["2001:db8::1 -", "2001:db8::1", true],
  ["2001:db8::12 -", "2001:db8::1", false],
  ["from shop.example.", "shop.example", true],
])("%s has the word %s: %s", (line, word, expected) => {
  expect(hasWord(line, word)).toBe(expected);
});
