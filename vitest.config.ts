import { defineConfig } from "vitest/config";

/** `npm run test:long`: they install whole stacks again, for which `npm test` has no time. */
const LONG = ["test/machines/ci.test.ts", "test/machines/guided.test.ts", "test/machines/limit.test.ts"];

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
      { test: { name: "long", include: LONG, sequence: { groupOrder: 2 }, ...machines } },
    ],
  },
});
