import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QuintetError, type QuintetErrorFields } from "../../src/errors.ts";
import { selectHosts } from "../../src/stack/limit.ts";
import { stackText, validStack } from "./example.ts";

const stack = validStack(stackText());

describe("the hosts that are meant, in the order of the stack", () => {
  test.each([
    [undefined, "web1 web2 app1 app2 db1"],
    ["db1", "db1"],
    ["db1,web2", "web2 db1"],
    ["app", "app1 app2"],
    ["loadbalancer", "web1 web2"],
    ["app,web1,app1", "web1 app1 app2"],
    [" db1 , app ", "app1 app2 db1"],
    ["web1,,web1,", "web1"],
  ])("--limit %s: %s", (limit, expected) => {
    expect(
      selectHosts(stack, limit)
        .map((host) => host.name)
        .join(" "),
    ).toBe(expected);
  });
});

function fault(limit: string): QuintetErrorFields {
  try {
    selectHosts(stack, limit);
  } catch (error) {
    if (error instanceof QuintetError) return error.fields;
    throw error;
  }
  throw new Error(`${limit} was taken`);
}

describe("what the stack does not have", () => {
  test("is listed completely, each with what was probably meant", () => {
    expect(fault("ap1,web1,databse,kubernetes")).toEqual({
      message: "--limit names 3 things that the stack does not have: ap1, databse and kubernetes.",
      exitCode: 2,
      step: "Read --limit",
      detail: "ap1: did you mean app1?\ndatabse: did you mean database?\nkubernetes",
      next: "Name hosts (web1, web2, app1, app2, db1) or tiers (loadbalancer, web, app, database), separated by commas.",
    });
  });

  test.each(["", " ", ",", ",,"])("nothing at all: %j", (limit) => {
    expect(fault(limit)).toMatchObject({ message: "--limit names no host.", exitCode: 2 });
  });

  test.each(["all", "*", "!db1", "web1:&app", "@file", "app1 app2", "WEB1", "web[12]"])(
    "Ansible's patterns are not taken: %s",
    (limit) => expect(fault(limit).exitCode).toBe(2),
  );

  test("any text gives hosts of the stack or a fault without control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (limit) => {
        try {
          for (const host of selectHosts(stack, limit)) expect(stack.hosts).toContain(host);
        } catch (error) {
          expect(error).toBeInstanceOf(QuintetError);
          const { message, detail = "" } = (error as QuintetError).fields;
          expect(`${message}${detail.replaceAll("\n", "")}`).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});
