import { execFile } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";
import type { CommandResult } from "../../../src/command.ts";
import type { RunOptions, Session } from "../../../src/remote/session.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { systemClock } from "../../../src/verify/clock.ts";
import type { Context, Finding } from "../../../src/verify/context.ts";
import type { HostLook } from "../../../src/verify/look/look.ts";
import { ask } from "../../../src/verify/site.ts";
import { makeCertificate } from "../certificates.ts";
import { fiveHosts } from "../stack.ts";

export const certificate = makeCertificate("shop.example");

/** Closed when the test is over, with all connections to it. */
export async function listen(server: Server, host = "127.0.0.1", port = 0): Promise<number> {
  onTestFinished(() => {
    server.close();
    if ("closeAllConnections" in server) (server as { closeAllConnections(): void }).closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** A stack whose virtual IP and hosts are all this computer. `change.context` is laid over the whole. */
export function contextOf(
  ports: { http?: number; https?: number },
  change: Partial<Stack> = {},
  over: Partial<Context> = {},
): Context {
  const stack = fiveHosts("/srv/shop", change);
  const site = {
    address: "127.0.0.1",
    domain: "shop.example",
    ca: certificate.ca,
    ports: { http: 1, https: 1, ...ports },
  };
  const hosts = stack.hosts.map((host) => ({ ...host, address: "127.0.0.1" }));
  return {
    stack: { ...stack, hosts },
    hosts,
    site,
    sessions: { to: () => Promise.reject(new Error("no sessions here")), forget: () => {}, close: () => {} },
    ask: (request) => ask(site, request),
    flows: async () => [],
    look: () => Promise.reject(new Error("nobody looks here")),
    trails: async () => [],
    warn: () => {},
    clock: systemClock,
    signal: new AbortController().signal,
    ...over,
  };
}

export const brief = (findings: readonly Finding[]) =>
  findings.map(({ host, status, actual }) => `${host} ${status}: ${actual}`);

/** What `server` does with a request; the servers of a tier take turns. */
export type Handle = (request: IncomingMessage, response: ServerResponse, server: string) => void;

/** The site, as real HTTPS: paths below /assets come from web1 and web2 in turn, others from app1 and app2. */
export async function siteOf(
  handle: Handle,
  { host = "127.0.0.1", port = 0, shown = certificate } = {},
): Promise<number> {
  const turns = { web: 0, app: 0 };
  const server = createHttps(shown, (request, response) => {
    const tier = request.url?.startsWith("/assets") ? "web" : "app";
    const name = `${tier}${(turns[tier]++ % 2) + 1}`;
    response.setHeader("x-served-by", name);
    handle(request, response, name);
  });
  return listen(server, host, port);
}

/** Looks as hosts would give them, over one in which all is well. */
export function looksOf(looks: Readonly<Record<string, Partial<HostLook>>>): Pick<Context, "look"> {
  return { look: async (name) => ({ errors: {}, clock: { offsetMs: 0, uncertaintyMs: 50 }, ...looks[name] }) };
}

/** Sessions whose commands are answered by a function, by host. */
export function sessionsOf(
  answer: (host: string, argv: readonly string[], options: RunOptions) => Promise<Partial<CommandResult>>,
): Pick<Context, "sessions"> {
  const to = async (name: string) =>
    ({
      host: { name },
      run: async (argv: readonly string[], options: RunOptions = {}) => ({
        exitCode: 0,
        stdout: "",
        stderr: "",
        ...(await answer(name, argv, options)),
      }),
    }) as unknown as Session;
  return { sessions: { to, forget: () => {}, close: () => {} } };
}

/** Runs here what would run on a host, as we are; `path`: of commands that stand in for a host's. */
export function here(argv: readonly string[], { input = "" }: RunOptions, path = ""): Promise<CommandResult> {
  const [file = "", ...rest] = argv;
  const env = { ...process.env, PATH: `${path}:${process.env["PATH"]}` };
  return new Promise((resolve) => {
    const child = execFile(file, rest, { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
