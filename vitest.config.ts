import { defineConfig } from "vitest/config";

/** Only in `npm run test:long`: what they prove takes many runs, or whole installations. */
const LONG = ["check", "ci", "guided", "limit"].map((name) => `test/machines/${name}.test.ts`);

const machines = {
  globalSetup: ["test/machines/global-setup.ts"],
  // They share five machines, and break them.
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

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
          include: ["test/machines/**/*.test.ts"],
          exclude: LONG,
          sequence: { groupOrder: 1 },
          ...machines,
        },
      },
      {
        test: {
          name: "long",
          include: [...LONG, "test/machines/resume.test.ts"],
          sequence: { groupOrder: 2 },
          ...machines,
        },
      },
    ],
  },
});
