import { expect, test } from "vitest";
import { stringify } from "yaml";
import { secretsMask } from "../../src/generate/mask.ts";

const KEY =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFirst\nMC4CAQAwBQYDK2VwBCIESecond\n-----END PRIVATE KEY-----\n";
const mask = secretsMask(stringify({ password: "s3cret.+word", longer: "s3cret.+word-and-more", key: KEY, empty: "" }));

test("every value is blotted out, wherever it stands", () => {
  expect(mask("-PASSWORD=s3cret.+word\n+URL=mysql://shop:s3cret.+word@db")).toBe(
    "-PASSWORD=********\n+URL=mysql://shop:********@db",
  );
  expect(mask("s3cret.+word-and-more")).toBe("********");
});

test("a key is blotted out also in a diff, where signs stand before its lines", () => {
  const diff = KEY.trim().replaceAll(/^/gm, "+");
  expect(mask(diff)).toBe("+-----BEGIN PRIVATE KEY-----\n+********\n+********\n+-----END PRIVATE KEY-----");
});

test("what is a secret besides is blotted out too", () => {
  expect(secretsMask(stringify({ password: "s3cret.+word" }), ["", "open sesame"])("s3cret.+word: open sesame")).toBe(
    "********: ********",
  );
});

test("other text, and a file without secrets, are left as they are", () => {
  expect(mask("keepalive_timeout 75s;")).toBe("keepalive_timeout 75s;");
  expect(secretsMask("")("text")).toBe("text");
});
