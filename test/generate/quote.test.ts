// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what others would make of them is what is tested
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hostPort, jinjaText, yaml, yamlKey, yamlText } from "../../src/generate/quote.ts";

test.each([
  ["plain", '"plain"'],
  ["", '""'],
  ["007", '"007"'],
  ["yes", '"yes"'],
  ['say "hi"', '"say \\"hi\\""'],
  ["back\\slash", '"back\\\\slash"'],
  ["# no: comment", '"# no: comment"'],
  ["Grüße 世界 🙂", '"Grüße 世界 🙂"'],
  ["a\nb\tc", '"a\\nb\\tc"'],
  ["\u007f\u0085\u009f", '"\\u007f\\u0085\\u009f"'],
  ["\u2028\u2029\ufeff\ufffe\uffff", '"\\u2028\\u2029\\ufeff\\ufffe\\uffff"'],
])("yaml(%j) is %s, and reads as it was", (value, expected) => {
  expect(yaml(value)).toBe(expected);
  expect(parse(yaml(value), { version: "1.1" })).toBe(value);
});

test.each([
  ["plain", '"plain"'],
  ["007", '"007"'],
  ["true", '"true"'],
  ["{ a: 1 }", '"{ a: 1 }"'],
  ["${HOME} 100%}", '"${HOME} 100%}"'],
  ["{{ x }}", '!unsafe "{{ x }}"'],
  ["{% raw", '!unsafe "{% raw"'],
  ["a {# b", '!unsafe "a {# b"'],
])("yamlText(%j) is %s", (value, expected) => {
  expect(yamlText(value)).toBe(expected);
});

const WORDS = ["y", "N", "yes", "No", "on", "OFF", "true", "False", "null", "NULL"];
test.each([
  ["web1", "web1"],
  ["LOG_LEVEL", "LOG_LEVEL"],
  ["not", "not"],
  ...WORDS.map((word): [string, string] => [word, `"${word}"`]),
])("yamlKey(%j) is %s, and reads as it was", (name, expected) => {
  expect(yamlKey(name)).toBe(expected);
  expect(Object.keys(parse(`${yamlKey(name)}: 1`, { version: "1.1" }))).toEqual([name]);
});

describe("jinjaText", () => {
  test.each([
    ["/home/dora/.ssh/id", "/home/dora/.ssh/id"],
    ["{ }} %} #}", "{ }} %} #}"],
    ["{{ x }}", "{{ '{' }}{ x }}"],
    ["{% raw %}", "{{ '{' }}% raw %}"],
    ["{# x #}", "{{ '{' }}# x #}"],
    ["{{{", "{{ '{' }}{{ '{' }}{"],
  ])("%j is %j", (value, expected) => {
    expect(jinjaText(value)).toBe(expected);
  });
});

test.each([
  ["10.0.0.1", 80, "10.0.0.1:80"],
  ["2001:db8::1", 443, "[2001:db8::1]:443"],
])("hostPort(%s, %d) is %s", (address, port, expected) => {
  expect(hostPort(address, port)).toBe(expected);
});
