import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTls, type TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import type { QuintetError } from "../../../src/errors.ts";
import { CHECKS, checksFor, checksNamed } from "../../../src/verify/checks/checks.ts";
import { httpRedirects } from "../../../src/verify/checks/http-redirects.ts";
import { databaseIsolation, flowIsolation } from "../../../src/verify/checks/isolation.ts";
import { dynamicFromEachApp, staticFromEachWeb } from "../../../src/verify/checks/served-by-each.ts";
import { tls } from "../../../src/verify/checks/tls.ts";
import { virtualIpAnswers } from "../../../src/verify/checks/virtual-ip-answers.ts";
import { writeIsShared } from "../../../src/verify/checks/write-is-shared.ts";
import type { Context } from "../../../src/verify/context.ts";
import { runCheck } from "../../../src/verify/run-check.ts";
import { makeCertificate } from "../certificates.ts";
import { fiveHosts } from "../stack.ts";
import { brief, certificate, contextOf, listen } from "./context.ts";

/** The site as two app servers see it that take turns; `store` says what each does with a write. */
async function appsOf(store: (server: string, id: string) => Set<string>): Promise<Context> {
  let turn = 0;
  const https = createHttps(certificate, (request, response) => {
    const server = `app${(turn++ % 2) + 1}`;
    const id = request.url?.split("/")[2] ?? "";
    const ids = store(server, id);
    if (request.method === "PUT") ids.add(id);
    response.writeHead(ids.has(id) || id === "" ? 200 : 404, { "x-served-by": server, "x-balancer": "web1" }).end();
  });
  return contextOf({ https: await listen(https) });
}

test("a write that both app servers share passes, in both directions", async () => {
  const shared = new Set<string>();
  const context = await appsOf(() => shared);
  expect(brief(await writeIsShared.run(context))).toEqual([
    "app1 passed: stored, found through app2",
    "app2 passed: stored, found through app1",
  ]);
});

test("a write that each app server keeps for itself fails", async () => {
  const own: Record<string, Set<string>> = { app1: new Set(), app2: new Set() };
  const context = await appsOf((server) => own[server] ?? new Set());
  expect(brief(await writeIsShared.run(context))).toEqual([
    "app1 failed: app2 answers 404",
    "app2 failed: app1 answers 404",
  ]);
});

test("an app that says 200 to everything proves nothing", async () => {
  const context = await appsOf((_, id) => new Set([id]));
  expect((await writeIsShared.run(context))[0]?.actual).toBe(
    "200 for an id that was never stored, which should be 404",
  );
});

test("each app server is seen; a web server that never answers is not", async () => {
  const context = await appsOf(() => new Set());
  expect(brief(await dynamicFromEachApp.run(context))).toEqual(["app1 passed: 200", "app2 passed: 200"]);
  const web = await staticFromEachWeb.run({
    ...context,
    stack: { ...context.stack, checks: { static: "/", dynamic: "/" } },
  });
  expect(brief(web)[0]).toBe("web1 failed: not among the answers of 40 requests: app1 (200), app2 (200)");
});

test("what stack.yml names no path for is skipped, with the reason", async () => {
  const context = contextOf({}, { checks: { dynamic: "/" } });
  expect(brief(await staticFromEachWeb.run(context))).toEqual([
    "web1 skipped: checks.static is not in stack.yml",
    "web2 skipped: checks.static is not in stack.yml",
  ]);
  expect(brief(await writeIsShared.run(context))[0]).toBe("app1 skipped: checks.write is not in stack.yml");
});

test("the virtual IP answers", async () => {
  const context = await appsOf(() => new Set());
  expect(brief(await virtualIpAnswers.run(context))).toEqual(["virtual IP passed: status 200 from balancer web1"]);
});

test("a check that cannot be run is a failed check", async () => {
  const [report] = await runCheck(virtualIpAnswers, contextOf({}));
  expect(report).toMatchObject({
    id: "virtual-ip-answers",
    status: "failed",
    actual: "connect ECONNREFUSED 127.0.0.1:1",
  });
});

test.each([
  [301, "https://shop.example/redirect?kept=1", "passed"],
  [308, "https://shop.example/redirect?kept=1", "passed"],
  [302, "https://shop.example/redirect?kept=1", "failed"],
  [301, "https://shop.example/", "failed"],
  [200, undefined, "failed"],
])("a %i to %s has %s", async (status, location, result) => {
  const http = createHttp((_, response) => response.writeHead(status, location ? { location } : {}).end());
  const [found] = await httpRedirects.run(contextOf({ http: await listen(http) }));
  expect(found?.status).toBe(result);
});

async function tlsOf(options: TlsOptions): Promise<Record<string, string>> {
  const server = createTls({ ...certificate, minVersion: "TLSv1.2", ...options });
  server.on("tlsClientError", () => {});
  const findings = await tls.run(contextOf({ https: await listen(server) }));
  expect(new Set(findings.map((one) => one.host))).toEqual(new Set(["virtual IP", "web1", "web2"]));
  const own = findings.filter((one) => one.host === "web2");
  return Object.fromEntries(own.map(({ id = "tls", status, actual }) => [id, `${status}: ${actual}`]));
}

test("TLS as it should be", async () => {
  expect(await tlsOf({})).toEqual({
    "tls-chain": "passed: trusted",
    "tls-name": "passed: DNS:shop.example",
    "tls-validity": expect.stringMatching(/^passed: from .*, (29|30) days left$/),
    "tls-protocol": "passed: TLSv1.3, TLS 1.1 refused",
  });
});

test("each way in which TLS can be wrong is told", async () => {
  expect((await tlsOf(makeCertificate("shop.example")))["tls-chain"]).toBe("failed: SELF_SIGNED_CERT_IN_CHAIN");
  expect((await tlsOf(makeCertificate("other.example")))["tls-name"]).toBe("failed: DNS:other.example");
  expect((await tlsOf(makeCertificate("shop.example", 3)))["tls-validity"]).toMatch(/^failed: .*, [23] days left$/);
  const old = await tlsOf({ minVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
  expect(old["tls-protocol"]).toBe("failed: TLSv1.3, TLS 1.1 accepted");
});

test("an open database port fails where it matters", async () => {
  const flows = async () => [
    { from: "web1", to: "db1", address: "10.0.0.31", port: 3306, expected: "closed" as const, actual: "open" as const },
    { from: "app1", to: "db1", address: "10.0.0.31", port: 3306, expected: "open" as const, actual: "open" as const },
    { from: "app1", to: "db1", address: "10.0.0.31", port: 22, expected: "open" as const, actual: "open" as const },
  ];
  const context = { ...contextOf({}), flows };
  expect(brief(await databaseIsolation.run(context))).toEqual(["web1 failed: open", "app1 passed: open"]);
  expect(brief(await flowIsolation.run(context)).at(-1)).toBe("db1 failed: 3306 is open from web1");
});

describe("with --limit", () => {
  const five = fiveHosts("/srv/shop");
  const only = (...names: string[]) => five.hosts.filter((host) => names.includes(host.name));

  const BALANCER =
    "virtual-ip-answers http-redirects tls http2 security-headers one-holder same-answers stick-tables pools-are-up balancer-logs";
  const WEB = "static-from-each-web compression cache-headers web-logs";
  const APP = "dynamic-from-each-app client-address write-is-shared database-tls";
  const EVERY = "database-isolation flow-isolation services failed-units configuration-loaded disk-space clocks";

  test.each([
    [["web1"], `${BALANCER} ${WEB} client-address ${EVERY}`],
    [["app2"], `${APP} ${EVERY}`],
    [["db1"], `database-demands-tls backup-age ${EVERY}`],
  ])("%s: the checks that have something to say of it", (names, expected) => {
    expect(
      checksFor(only(...names))
        .map(({ id }) => id)
        .join(" "),
    ).toBe(expected);
  });

  test("all hosts, all checks", () => {
    expect(checksFor(five.hosts)).toEqual(CHECKS);
  });

  test("a check finds something of these hosts alone, though others serve too", async () => {
    const shared = new Set<string>();
    const context = await appsOf(() => shared);
    const limited = { ...context, hosts: only("app2") };
    expect(brief(await dynamicFromEachApp.run(limited))).toEqual(["app2 passed: 200"]);
    expect(brief(await writeIsShared.run(limited))).toEqual(["app2 passed: stored, found through app1"]);
    expect(brief(await flowIsolation.run(limited))).toEqual(["app2 passed: 0 as planned"]);
  });
});

describe("named checks", () => {
  test("are run in the order of the report, each once; a finding's id stands for its check", () => {
    expect(checksNamed(["clocks", "tls-name", "tls", "http-redirects"]).map(({ id }) => id)).toEqual([
      "http-redirects",
      "tls",
      "clocks",
    ]);
    expect(checksNamed(CHECKS.map(({ id }) => id))).toEqual(CHECKS);
  });

  test("those that do not exist are all told, with the nearest", () => {
    let fields: QuintetError["fields"] | undefined;
    try {
      checksNamed(["tsl", "clocks", "web-log", "nothing-like-it"]);
    } catch (error) {
      fields = (error as QuintetError).fields;
    }
    expect(fields).toMatchObject({
      exitCode: 2,
      message: "There are no such checks: tsl, web-log, nothing-like-it.",
      detail: "tsl: did you mean tls?\nweb-log: did you mean web-logs?\nnothing-like-it",
    });
    expect(fields?.next).toContain("http2, security-headers");
    expect(() => checksNamed(["tsl"])).toThrow("There is no check tsl.");
  });

  test("one that has nothing to say of the hosts is told, rather than that nothing failed", () => {
    const hosts = fiveHosts("/srv/shop").hosts.filter(({ name }) => name === "db1");
    expect(checksFor(hosts, checksNamed(["clocks", "backup-age"])).map(({ id }) => id)).toEqual([
      "backup-age",
      "clocks",
    ]);
    const idle = { exitCode: 2, message: "The check client-address has nothing to say of db1." };
    const next = "Leave --limit out, or name hosts of the tier app or web.";
    expect(() => checksFor(hosts, checksNamed(["clocks", "client-address"]))).toThrow(
      expect.objectContaining({ fields: expect.objectContaining({ ...idle, next }) }),
    );
  });

  test("every check has an id of its own, a sentence and what mends it", () => {
    const ids = CHECKS.flatMap(({ id, parts = [] }) => [id, ...parts]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, fix } of CHECKS) {
      expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(fix.length).toBeGreaterThan(20);
    }
  });
});

test("a failed finding says what mends it, its own or the check's; one that passed says nothing", async () => {
  const check = {
    ...virtualIpAnswers,
    run: async () => [
      { host: "web1", status: "failed" as const, expected: "", actual: "" },
      { host: "web2", status: "failed" as const, expected: "", actual: "", fix: "this" },
      { host: "app1", status: "passed" as const, expected: "", actual: "", fix: "that" },
    ],
  };
  const found = await runCheck(check, contextOf({}));
  expect(found.map(({ fix }) => fix)).toEqual([virtualIpAnswers.fix, "this", undefined]);
});

test("a certificate with three weeks left is a warning, told once for all places", async () => {
  const warnings: string[] = [];
  const short = makeCertificate("shop.example", 15);
  const server = createTls({ ...short, minVersion: "TLSv1.2" });
  server.on("tlsClientError", () => {});
  const context = contextOf({ https: await listen(server) }, {}, { warn: (text) => warnings.push(text) });
  const found = await runCheck(tls, { ...context, site: { ...context.site, ca: short.ca } });
  expect(found.filter(({ status }) => status === "failed")).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^The site's certificate has 1[45] days left: run apply/)]);
});
