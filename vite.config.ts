import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Test files that take about a minute or more, however short they are, the longest first: begun last, one of them alone
 * would hold up the end of a run.
 */
const LONG = [
  "e2e/ui/hostile.test.ts",
  "e2e/ui/accessibility/part-1.test.ts",
  "e2e/ui/accessibility/part-2.test.ts",
  "e2e/ui/accessibility/part-3.test.ts",
  "e2e/conformance/hub.test.ts",
  "e2e/secrets/keyring.test.ts",
  "e2e/hub/kill.test.ts",
  "e2e/hub/torture.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = LONG.flatMap((name) => sorted.filter(({ moduleId }) => moduleId.endsWith(name)));
    return [...long, ...sorted.filter((file) => !long.includes(file))];
  }
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const { version } = JSON.parse(readFileSync(path("package.json"), "utf8")) as { version: string };

// What stays outside the bundles: native addons, and Electron's own module.
const native = ["better-sqlite3", "@github/keytar", "electron"];

/** Build settings of one environment that runs in Node (the hub) or in Electron (desktop, preload). */
const nodeBuild = (
  outDir: string,
  input: Record<string, string>,
  format: "es" | "cjs",
): NonNullable<NonNullable<UserConfig["environments"]>[string]> => ({
  consumer: "server",
  resolve: { external: native, noExternal: true, conditions: ["node", "module", "import", "default"] },
  build: {
    outDir: path(outDir),
    emptyOutDir: true,
    copyPublicDir: false,
    target: "node20",
    minify: false,
    sourcemap: true,
    ssr: true,
    rollupOptions: {
      input,
      output: {
        format,
        entryFileNames: format === "cjs" ? "[name].cjs" : "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
      },
    },
  },
});

export default defineConfig({
  root: path("renderer"),
  base: "./",
  plugins: [react(), tailwindcss()],
  define: { __GATEHOUSE_VERSION__: JSON.stringify(version) },
  builder: {
    buildApp: async (builder) => {
      for (const environment of Object.values(builder.environments)) await builder.build(environment);
    },
  },
  environments: {
    client: {
      build: {
        outDir: path("dist/renderer"),
        emptyOutDir: true,
        target: "chrome130",
        sourcemap: true,
        rollupOptions: {
          input: { index: path("renderer/index.html"), popup: path("renderer/popup/index.html") },
        },
      },
    },
    hub: nodeBuild(
      "dist/node",
      {
        gatehouse: path("electron/cli/main.ts"),
        guard: path("electron/upstream/termination/guard-main.ts"),
        "store-worker": path("electron/storage/worker-main.ts"),
        keychain: path("electron/secrets/keychain/helper-main.ts"),
      },
      "es",
    ),
    desktop: nodeBuild("dist/desktop", { main: path("electron/desktop/main.ts") }, "es"),
    preload: nodeBuild(
      "dist/preload",
      { preload: path("electron/preload/preload.ts"), popup: path("electron/preload/popup.ts") },
      "cjs",
    ),
  },
  test: {
    root: path("."),
    environment: "node",
    globalSetup: "electron/storage/fixtures/build-worker.ts",
    // They only bound a failure: a machine may be busy with much else.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    include: ["{electron,shared,renderer,scripts,bench}/**/*.test.ts", "e2e/**/*.test.ts"],
    pool: "forks",
    // They wait for processes and pages for about half of their time: one more than two cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
