// The dependency rule of ARCHITECTURE.md, as a build failure. Tests and what they share (testing/) may reach across
// folders; sources may not, and may not reach into tests.
const source = (folder) => ({
  path: `^${folder}`,
  pathNot: `(\\.test\\.tsx?$|\\.bench\\.ts$|/testing/)`,
});
const onlyInto = (name, from, allowed, comment) => ({
  name,
  severity: "error",
  comment,
  from: source(from),
  to: { path: "^(electron|renderer|shared|e2e|bench|scripts)/", pathNot: `^(${allowed.join("|")})` },
});

export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    onlyInto("shared-is-a-leaf", "shared/", ["shared/"], "shared depends on nothing but zod"),
    {
      name: "shared-uses-zod-only",
      severity: "error",
      from: source("shared/"),
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "core"],
        pathNot: "node_modules/zod/",
      },
    },
    onlyInto(
      "core-is-pure",
      "electron/core/",
      ["electron/core/", "shared/"],
      "core knows only itself and shared",
    ),
    {
      name: "core-has-no-platform",
      severity: "error",
      from: source("electron/core/"),
      // re2js is a pure function as well: patterns of rules in linear time.
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer"],
        pathNot: "node_modules/re2js/",
      },
    },
    onlyInto(
      "hub-knows-core",
      "electron/hub/(?!main\\.ts|start/)",
      ["electron/hub/", "electron/core/", "shared/"],
      "only hub/main.ts and hub/start wire adapters",
    ),
    ...["http", "upstream", "storage", "secrets", "telemetry"].map((adapter) =>
      onlyInto(
        `${adapter}-is-an-adapter`,
        `electron/${adapter}/`,
        [`electron/${adapter}/`, "electron/hub/ports", "electron/core/", "electron/web/", "shared/"],
        "adapters see the hub's ports, core, web and shared; never each other",
      ),
    ),
    onlyInto("web-is-neutral", "electron/web/", ["electron/web/", "shared/"], "web is what adapters share"),
    onlyInto(
      "cli-uses-hub",
      "electron/cli/(?!connect/|mock/)",
      ["electron/cli/", "electron/hub/", "shared/"],
      "cli → shared, hub",
    ),
    onlyInto(
      "connect-is-small",
      "electron/cli/connect/",
      ["electron/cli/connect/", "electron/hub/home/", "electron/core/", "shared/"],
      "one connect runs for each client: none of the hub or the other commands is loaded in it",
    ),
    onlyInto(
      "mock-is-alone",
      "electron/cli/mock/",
      ["electron/cli/mock/", "electron/hub/version.ts", "electron/core/", "shared/"],
      "a recording is served without a hub",
    ),
    onlyInto(
      "desktop-uses-shared",
      "electron/desktop/",
      ["electron/desktop/", "shared/"],
      "desktop → shared",
    ),
    onlyInto(
      "preload-uses-shared",
      "electron/preload/",
      ["electron/preload/", "shared/"],
      "preload → shared",
    ),
    onlyInto("renderer-uses-shared", "renderer/", ["renderer/", "shared/"], "renderer → shared"),
    {
      name: "electron-only-in-desktop",
      severity: "error",
      from: { path: "^(electron|renderer|shared)/", pathNot: "^electron/(desktop|preload)/" },
      to: { path: "^(node_modules/)?electron(/|$)", dependencyTypes: ["npm", "npm-dev"] },
    },
    {
      name: "features-stand-alone",
      severity: "error",
      from: { path: "^renderer/features/([^/]+)/" },
      to: { path: "^renderer/features/", pathNot: "^renderer/features/$1/" },
    },
    {
      name: "no-tests-in-sources",
      severity: "error",
      from: { pathNot: "(\\.test\\.tsx?$|\\.bench\\.ts$|/testing/|/fixtures/|^e2e/)" },
      to: { path: "(\\.test\\.tsx?$|/testing/)" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mjs", ".js", ".json"] },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
