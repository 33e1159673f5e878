// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what others would make of them is what is tested
import fc from "fast-check";
import { type Answers, QUESTION_IDS, type QuestionId } from "../../src/answers/answers.ts";
import { questionOf } from "../../src/answers/questions.ts";

/** A stack that nothing is wrong with. */
export const SHOP: Answers = {
  name: "shop",
  layout: "five",
  hosts: "web1=10.0.0.11 web2=10.0.0.12 app1=10.0.0.21 app2=10.0.0.22 db1=10.0.0.31",
  "virtual-ip": "10.0.0.100",
  domain: "shop.example",
  "app-source": "./shop",
  "app-start": "node server.js",
};

/** What means something to a shell, YAML, a template, a terminal, JavaScript, or to what reads our lists. */
const SIGNS = [
  "'",
  '"',
  "\\",
  "\n",
  "\r\n",
  "\t",
  " ",
  "  ",
  "{{ vault }}",
  "{% raw %}",
  "{# x #}",
  "<%- 1 %>",
  "<%",
  "%>",
  "$(id)",
  "`id`",
  "${HOME}",
  "%n",
  "#",
  " # ",
  ": ",
  "- ",
  "? ",
  "!unsafe ",
  "&a",
  "*a",
  "|",
  ">-",
  "---",
  "...",
  "[",
  "]",
  "{",
  "}",
  ",",
  "=",
  "+",
  "@",
  "~",
  "/",
  "..",
  "__proto__",
  "constructor",
  "null",
  "yes",
  "007",
  "1e3",
  "0x10",
  "🙂",
  "世界",
  "\u0000",
  "\u001b[31m",
  "\u0007",
  "\u0085",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ud800",
  "-x",
  "--yes",
  "web1=10.0.0.1",
  "tiers=app",
  "all:",
  "[web]",
  "127.0.0.1",
  "fd00::1",
] as const;

/** What somebody may type or paste anywhere: up to 10,000 characters of anything. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...SIGNS, "a", "web1", "shop"), { maxLength: 12 }).map((all) => all.join("")),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...SIGNS, "a"), fc.integer({ min: 1, max: 10_000 })).map(([sign, count]) => {
      return sign.repeat(count).slice(0, 10_000);
    }),
  },
);

/** One line that stack.yml takes for a command, a path or a value. */
const anyLine: fc.Arbitrary<string> = anyText
  .map((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, "").slice(0, 4000))
  .filter((text) => text.trim() !== "");

/** What may be right for a question, or nearly. */
function plausible(id: QuestionId): fc.Arbitrary<string> {
  const { kind, choices } = questionOf(id);
  if (kind === "choice") return fc.constantFrom(...choices.map(({ value }) => value));
  if (kind === "lines") {
    const key = fc.constantFrom("A", "B_2", "HOST", "__proto__", "x y");
    return fc.array(fc.tuple(key, anyLine), { maxLength: 3 }).map((all) => all.map((one) => one.join("=")).join("\n"));
  }
  return fc.oneof(
    fc.constantFrom("web1", "10.0.0.11", "10.0.0.0/8, fd00::/8", "/assets, /x", "public", "fd00::100", "none", "eth0"),
    fc.integer({ min: -1, max: 70_000 }).map(String),
    anyLine,
  );
}

/** Answers of which every one is anything. */
export const anyAnswers: fc.Arbitrary<Answers> = fc.record(
  Object.fromEntries(QUESTION_IDS.map((id) => [id, fc.oneof(anyText, plausible(id))])),
  { requiredKeys: [] },
);

/** The good stack with some answers changed. */
export const changedAnswers: fc.Arbitrary<Answers> = fc
  .uniqueArray(fc.constantFrom(...QUESTION_IDS), { minLength: 1, maxLength: 3 })
  .chain((ids) => fc.record(Object.fromEntries(ids.map((id) => [id, fc.oneof(plausible(id), anyText)]))))
  .map((changes) => ({ ...SHOP, ...changes }));

/** Answers with nothing wrong, whose free texts are anything that stack.yml takes. */
export const goodAnswers: fc.Arbitrary<Answers> = fc
  .record(
    {
      "ssh-identity": anyLine,
      "app-source": anyLine,
      "app-build": anyLine,
      "app-start": anyLine,
      "app-static": anyLine.filter((text) => !/^[/~]|\.\./.test(text)),
      "app-env": fc
        .uniqueArray(fc.tuple(fc.constantFrom("A", "b_2", "_C", "YES"), anyLine), {
          selector: ([key]) => key,
          maxLength: 4,
        })
        .map((all) => all.map(([key, value]) => `${key}=${value}`).join("\n")),
      "app-port": fc.integer({ min: 8081, max: 65_535 }).map(String),
      "database-engine": fc.constantFrom("mysql", "mariadb"),
      "virtual-ip-interface": fc.constantFrom("eth0", "br-lan.7"),
      "ssh-from": fc.constantFrom("10.0.0.0/8", "10.0.0.0/8, fd00::/8"),
    },
    { requiredKeys: [] },
  )
  .map((changes) => ({ ...SHOP, ...changes }));
