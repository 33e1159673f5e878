import { defineConfig } from "vitest/config";

/** What takes many runs, or whole installations, to prove: `npm run test:long`. */
const LONG = ["check", "ci", "drills-all", "drills-heal", "guided", "judges", "limit"].map(
  (name) => `test/machines/${name}.test.ts`,
);
const onlyLong = Boolean(process.env["QUINTET_LONG"]);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/machines/**"],
          // Two cores are common, and some tests start daemons.
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "machines",
          include: onlyLong ? [...LONG, "test/machines/resume.test.ts"] : ["test/machines/**/*.test.ts"],
          exclude: onlyLong ? [] : LONG,
          globalSetup: ["test/machines/global-setup.ts"],
          // They share five machines, and break them.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
