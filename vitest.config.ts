import { defineConfig } from "vitest/config";

/** What takes many runs, or whole installations, to prove: `npm run test:long`. */
const LONG = [
  "check",
  "ci",
  "drills-all",
  "drills-heal",
  "examples",
  "guided",
  "judges",
  "limit",
  "releases-failing",
  "resume",
].map((name) => `test/machines/${name}.test.ts`);
const onlyLong = Boolean(process.env["QUINTET_LONG"]);
/** `npm run test:vagrant`, and never by the way: boxes are built, and machines emulated. */
const withVagrant = Boolean(process.env["QUINTET_VAGRANT"]);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/machines/**", "test/vagrant/**"],
          // Two cores are common, and some tests start daemons.
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "machines",
          include: onlyLong ? LONG : ["test/machines/**/*.test.ts"],
          exclude: onlyLong ? [] : LONG,
          globalSetup: ["test/machines/global-setup.ts"],
          // They share five machines, and break them.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "vagrant",
          include: withVagrant ? ["test/vagrant/**/*.test.ts"] : [],
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 1_200_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
