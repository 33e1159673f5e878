import { expect, test } from "vitest";
import type { Stack } from "../../src/stack/stack.ts";
import { timersOf } from "../../src/stack/timers.ts";
import { goldenStack, renderGolden } from "./golden.ts";

const KEEPALIVED = "roles/loadbalancer/templates/keepalived.conf.j2";
const HAPROXY_ANSWERS = "roles/loadbalancer/files/haproxy-answers";
const HAPROXY = "roles/loadbalancer/templates/haproxy.cfg.j2";
const PREPARE = "roles/host/files/prepare.sh";

/** The five machines, with settings of the user's that no default has. */
async function changed(): Promise<Stack> {
  const stack = await goldenStack("five");
  return {
    ...stack,
    virtualIp: { ...stack.virtualIp, advertMs: 70 },
    app: { ...stack.app, response_timeout_ms: 4321 },
  };
}

test("what drills predict from is what stands in the configurations", async () => {
  const stack = await changed();
  const files = await renderGolden(stack);
  const { advert, priorities, haproxyCheck, serverCheck, connect, response, restart, handover, standstill } =
    timersOf(stack);
  expect({ advert, app: response.app }).toEqual({ advert: 70, app: 4321 });
  const expected: [string, string[]][] = [
    [KEEPALIVED, [`advert_int ${advert / 1000}`, `interval ${haproxyCheck.interval / 1000}`]],
    [HAPROXY_ANSWERS, [`read -rt ${haproxyCheck.timeout / 1000} reply`, `timeout ${haproxyCheck.peerTimeout / 1000} `]],
    [
      HAPROXY,
      [
        `timeout connect ${connect}ms`,
        `timeout check ${serverCheck.timeout}ms`,
        `inter ${serverCheck.interval}ms fastinter ${serverCheck.fastInterval}ms downinter ${serverCheck.downInterval}ms`,
        `fall ${serverCheck.fall} rise ${serverCheck.rise}`,
        `timeout server ${response.web}ms`,
        `timeout server ${response.app}ms`,
        `set-timeout server ${response.unsafe}ms if !safe`,
      ],
    ],
    [
      PREPARE,
      [
        `section nginx.service ${restart.haproxy}`,
        `section haproxy.service ${restart.keepalived}`,
        `nginx.service) section "" ${restart.web}`,
        `mysql.service) section "" ${restart.database}`,
        `sleep ${handover / 1000}; nft add element inet quintet standstill`,
        `sleep ${standstill / 1000}"`,
      ],
    ],
    ["roles/app/files/app.service", [`RestartSec=${restart.app}ms`]],
    ["host_vars/web1.yml", [`loadbalancer_priority: ${priorities[0]}`]],
    ["host_vars/web2.yml", [`loadbalancer_priority: ${priorities[1]}`]],
  ];
  for (const [file, lines] of expected) for (const line of lines) expect(files.get(file), file).toContain(line);
});

test("a look at HAProxy ends before the next one begins, and before keepalived ends it", async () => {
  const { haproxyCheck } = timersOf(await goldenStack("five"));
  const looksFor = haproxyCheck.timeout + haproxyCheck.peerTimeout;
  expect(looksFor).toBeLessThan(haproxyCheck.interval);
  const [, timeout] =
    /^ {4}timeout (\d+)$/m.exec((await renderGolden(await goldenStack("five"))).get(KEEPALIVED) ?? "") ?? [];
  // On a busy machine its programs take seconds to start.
  expect(Number(timeout)).toBeGreaterThanOrEqual((4 * haproxyCheck.interval) / 1_000);
});

test("of two that could take the virtual IP one is preferred, and neither waits long", async () => {
  const { advert, priorities } = timersOf(await goldenStack("five"));
  for (const priority of priorities) {
    expect(priority).toBeLessThan(255); // 255 is for who owns the address
    expect(((256 - priority) / 256) * advert).toBeLessThan(advert / 10);
  }
  expect(new Set(priorities).size).toBe(2);
});
