import fc from "fast-check";
import { expect, test } from "vitest";
import { junitOf } from "../../src/report/junit.ts";
import { EXAMPLES, nasty, small, spoiled } from "./hostile.ts";
import { goodReport, sampleReport } from "./sample.ts";
import { xpath } from "./xml.ts";

const junit = junitOf(sampleReport());

test("there is a suite each for checks, isolation and drills, and the counts are those of the cases", () => {
  expect(xpath(junit, "count(/testsuites/testsuite)")).toBe("3");
  for (const suite of ["checks", "isolation", "drills"]) {
    const at = `/testsuites/testsuite[@name='${suite}']`;
    expect(xpath(junit, `${at}/@tests = count(${at}/testcase)`)).toBe("true");
    expect(xpath(junit, `${at}/@failures = count(${at}/testcase/failure)`)).toBe("true");
    expect(xpath(junit, `${at}/@skipped = count(${at}/testcase/skipped)`)).toBe("true");
  }
  expect(xpath(junit, "/testsuites/@tests = count(//testcase)")).toBe("true");
  expect(
    xpath(
      junit,
      "concat(/testsuites/@failures, ' ', /testsuites/@skipped, ' ', count(//testcase[@classname and @name and @time]) = count(//testcase))",
    ),
  ).toBe("4 2 true");
});

test("a failed check says what was expected, what was found and what mends it; times are seconds", () => {
  const at = "//testcase[@classname='checks.security-headers']";
  expect(xpath(junit, `string(${at}/failure/@message)`)).toBe("virtual IP: no strict-transport-security");
  expect(xpath(junit, `string(${at}/failure)`)).toBe(
    "expected: strict-transport-security: max-age of 180 days or more\nactual: no strict-transport-security\nfix: quintet apply",
  );
  expect(xpath(junit, `string(${at}/@time)`)).toBe("0.040");
  expect(xpath(junit, "string(/testsuites/@time)")).toBe("396.804");
});

test("a wrong port names its rule, a failed drill its figures, a skipped one why", () => {
  expect(xpath(junit, "string(//testsuite[@name='isolation']//failure)")).toBe(
    "expected: closed\nactual: open\nrule: db1: tcp dport 3306 is to be accepted from app1 and app2 only",
  );
  const drill = xpath(junit, "string(//testcase[@classname='drills.balancer-partition']/failure)");
  expect(drill).toMatch(
    /^2 balancers held .*\nallowed: downtime at most 800 ms, failed reads any\npredicted: downtime 722 ms: .*\nmeasured: downtime \d+ ms, \d+ of 2400 requests failed, \d+ of them reads$/,
  );
  expect(xpath(junit, "string(//testcase[@classname='drills.app-out-of-memory']/skipped/@message)")).toContain(
    "no limit of memory",
  );
});

test("a run in which all is well has no failure", () => {
  expect(xpath(junitOf(goodReport()), "concat(/testsuites/@failures, count(//failure))")).toBe("00");
});

test("whatever a report holds, a parser reads the XML, and gets the text back", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const xml = junitOf(spoiled(small(sampleReport()), text));
      expect(xpath(xml, "count(//testsuite)")).toBe("3");
      const [first = ""] = xpath(xml, "string(//testcase[@classname][1]/@classname)").split("\0");
      if (/^[\x21-\x7e]*$/.test(text)) expect(first).toBe(`checks.${text}`);
    }),
    { numRuns: 40, examples: EXAMPLES },
  );
});
