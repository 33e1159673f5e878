import { describe, expect, test } from "vitest";
import { formatManifest, hash, type Manifest, parseManifest, planGeneration } from "../../src/generate/manifest.ts";

const FILE = "/stacks/shop/.generated.json";

describe("planGeneration", () => {
  const generated = (files: Record<string, string>): Manifest => ({
    version: 1,
    files: Object.fromEntries(Object.entries(files).map(([file, content]) => [file, hash(content)])),
  });
  const nothing = { write: {}, remove: [], unchanged: [], kept: [], manifest: {} };

  interface Case {
    title: string;
    rendered?: Record<string, string>;
    onDisk?: Record<string, string>;
    /** What was written last. */
    before?: Record<string, string>;
    overwrite?: true;
    plan: Partial<{ write: object; remove: string[]; unchanged: string[]; kept: string[]; manifest: object }>;
  }
  const now = { "site.yml": "new" };
  const cases: Case[] = [
    { title: "a new file is written", rendered: now, plan: { write: now, manifest: { "site.yml": hash("new") } } },
    {
      title: "an unchanged file is left alone",
      rendered: now,
      onDisk: now,
      before: now,
      plan: { unchanged: ["site.yml"], manifest: { "site.yml": hash("new") } },
    },
    {
      title: "an old rendering is replaced",
      rendered: now,
      onDisk: { "site.yml": "old" },
      before: { "site.yml": "old" },
      plan: { write: now, manifest: { "site.yml": hash("new") } },
    },
    {
      title: "a file that somebody removed is written again",
      rendered: now,
      before: now,
      plan: { write: now, manifest: { "site.yml": hash("new") } },
    },
    {
      title: "an edited file is kept, and still counts as edited the next time",
      rendered: now,
      onDisk: { "site.yml": "edited" },
      before: { "site.yml": "old" },
      plan: { kept: ["site.yml"], manifest: { "site.yml": hash("old") } },
    },
    {
      title: "a file that was never generated is kept",
      rendered: now,
      onDisk: { "site.yml": "theirs" },
      plan: { kept: ["site.yml"] },
    },
    {
      title: "an edited file is replaced where that was asked for",
      rendered: now,
      onDisk: { "site.yml": "edited" },
      before: { "site.yml": "old" },
      overwrite: true,
      plan: { write: now, manifest: { "site.yml": hash("new") } },
    },
    {
      title: "a file that was edited into the new rendering is no edit any more",
      rendered: now,
      onDisk: now,
      before: { "site.yml": "old" },
      plan: { unchanged: ["site.yml"], manifest: { "site.yml": hash("new") } },
    },
    {
      title: "a file that is not rendered any more is removed",
      onDisk: { "old.yml": "old" },
      before: { "old.yml": "old" },
      plan: { remove: ["old.yml"] },
    },
    {
      title: "unless it was edited: then it is theirs from now on",
      onDisk: { "old.yml": "edited" },
      before: { "old.yml": "old" },
      plan: { kept: ["old.yml"] },
    },
    {
      title: "also an edited one is removed where that was asked for",
      onDisk: { "old.yml": "edited" },
      before: { "old.yml": "old" },
      overwrite: true,
      plan: { remove: ["old.yml"] },
    },
    { title: "what is gone already needs no removal", before: { "old.yml": "old" }, plan: {} },
  ];

  test.each(cases)("$title", ({ rendered = {}, onDisk = {}, before = {}, overwrite = false, plan }) => {
    const map = (files: Record<string, string>) => new Map(Object.entries(files));
    const actual = planGeneration(map(rendered), map(onDisk), generated(before), overwrite);
    expect({
      ...actual,
      write: Object.fromEntries(actual.write),
      manifest: Object.fromEntries(actual.manifest),
    }).toEqual({ ...nothing, ...plan });
  });
});

describe("parseManifest", () => {
  const sha = hash("");

  test("reads what formatManifest writes, sorted by path", () => {
    const text = formatManifest(
      new Map([
        ["site.yml", sha],
        ["roles/app/files/app.service", sha],
      ]),
    );
    expect(text).toBe(
      `{\n  "version": 1,\n  "files": {\n    "roles/app/files/app.service": "${sha}",\n    "site.yml": "${sha}"\n  }\n}\n`,
    );
    expect(parseManifest(text, FILE)).toEqual({
      version: 1,
      files: { "roles/app/files/app.service": sha, "site.yml": sha },
    });
  });

  test("an absent one is that of an empty directory", () => {
    expect(parseManifest(undefined, FILE)).toEqual({ version: 1, files: {} });
  });

  const file = (path: string) => JSON.stringify({ version: 1, files: { [path]: sha } });
  test.each([
    ["empty", ""],
    ["half-written", '{"version": 1, "files": {"site.y'],
    ["not an object", "[]"],
    ["null", "null"],
    ["of another version", '{"version": 2, "files": {}}'],
    ["without files", '{"version": 1}'],
    ["with something else", '{"version": 1, "files": {}, "more": 1}'],
    ["with a wrong hash", '{"version": 1, "files": {"site.yml": "abc"}}'],
    ["leading out of the directory", file("../../etc/x")],
    ["leading out from the middle", file("roles/../../x")],
    ["with an absolute path", file("/etc/passwd")],
    ["naming the directory itself", file(".")],
    ["with an empty name", file("")],
    ["with a name that ends in a slash", file("roles/")],
    ["with a Windows path", file("..\\x")],
    ["with a NUL", file("a\0b")],
  ])("one that is %s is refused", (_, text) => {
    expect(() => parseManifest(text, FILE)).toThrow(
      expect.objectContaining({
        name: "QuintetError",
        fields: {
          message: `${FILE} is damaged, so an edit of yours could not be told from a generated file.`,
          exitCode: 2,
          step: "Generate the Ansible project",
          next: "Restore it (git checkout), or run `quintet generate --overwrite` to write every generated file anew.",
        },
      }),
    );
  });
});
