import { expect, test } from "vitest";
import { reportPage } from "../../src/report/html/page.ts";
import { rehearsalText } from "../../src/report/rehearsal.ts";
import { type Rehearsal, reportSchema } from "../../src/report/schema.ts";
import { summaryOf } from "../../src/report/summary.ts";
import { sampleReport } from "./sample.ts";

const computer = { memoryMb: 16_000, cpus: 4 };
const containers: Rehearsal = {
  provider: "systemd-nspawn",
  computer,
  machines: [
    { host: "web1", suite: "trixie" },
    { host: "db1", suite: "sid" },
  ],
};
const virtual = (...memory: readonly number[]): Rehearsal => ({
  provider: "vagrant:libvirt",
  computer,
  machines: memory.map((memoryMb, index) => ({ host: `web${index + 1}`, suite: "trixie", memoryMb, cpus: 1 })),
});

test.each([
  [
    "containers share the computer",
    containers,
    "Rehearsed on 2 containers of systemd-nspawn, on a computer with 16,000 MiB of memory and 4 processors for all.",
  ],
  [
    "virtual machines of one size",
    virtual(1024, 1024),
    "Rehearsed on 2 virtual machines of vagrant (libvirt): 1,024 MiB of memory and 1 processor each; on a computer with 16,000 MiB of memory and 4 processors.",
  ],
  [
    "virtual machines of several",
    virtual(1024, 2048, 1024),
    "Rehearsed on 3 virtual machines of vagrant (libvirt): web1 and web3 with 1,024 MiB of memory and 1 processor; web2 with 2,048 MiB of memory and 1 processor; on a computer with 16,000 MiB of memory and 4 processors.",
  ],
])("%s", (_, rehearsal, text) => {
  expect(rehearsalText(rehearsal)).toBe(text);
});

test("the page and the summary name the provider and the sizes, and nothing of the kind for real machines", () => {
  const rehearsed = sampleReport({ rehearsal: virtual(1024, 1024) });
  expect(reportSchema.parse(rehearsed).rehearsal).toEqual(rehearsed.rehearsal);
  expect(reportPage(rehearsed)).toContain("2 virtual machines of vagrant (libvirt): 1,024 MiB");
  expect(summaryOf(rehearsed)).toContain("2 virtual machines of vagrant (libvirt): 1,024 MiB");
  expect(reportPage(sampleReport())).not.toContain("Rehearsed");
  expect(summaryOf(sampleReport())).not.toContain("Rehearsed");
});
