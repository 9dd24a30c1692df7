import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { desktopArguments } from "./arguments.ts";
import { jsonFile } from "./json-file.ts";
import { applicationMenu } from "./menu.ts";
import { autostartEntry, createStartAtLogin } from "./start-at-login.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-system-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a small file comes back as it was written, for the user alone; a damaged one counts as none", () => {
  const path = join(folder, "a", "state.json");
  const file = jsonFile(path, z.object({ n: z.int() }), { n: 0 }, () => {});
  expect(file.read()).toEqual({ n: 0 });
  file.write({ n: 7 });
  expect(file.read()).toEqual({ n: 7 });
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, '{"n":');
  expect(file.read()).toEqual({ n: 0 });
});

test("a file that cannot be written is told, and nothing breaks", () => {
  const log: string[] = [];
  writeFileSync(join(folder, "file"), "");
  jsonFile(join(folder, "file", "state.json"), z.string(), "", (line) => log.push(line)).write("x");
  expect(log).toHaveLength(1);
});

test.each([
  [["electron", "/repo", "--home", "/h", "--hidden"], { home: "/h", hidden: true }],
  [["electron", "--no-sandbox", "/repo", "--home=/h"], { home: "/h", hidden: false }],
  [["gatehouse"], { home: undefined, hidden: false }],
])("the command line %j", (argv, parsed) => {
  expect(desktopArguments(argv)).toEqual(parsed);
});

test("start at login on Linux is an autostart entry", () => {
  const around = {
    platform: "linux",
    packaged: true,
    executable: "/opt/Gate house/app",
    configFolder: folder,
  };
  const app = {
    getLoginItemSettings: () => ({ openAtLogin: false }),
    setLoginItemSettings: () => {},
  } as never;
  const login = createStartAtLogin(app, around);
  expect(login.get()).toEqual({ supported: true, enabled: false });
  expect(login.set(true)).toEqual({ supported: true, enabled: true });
  const entry = join(folder, "autostart", "gatehouse.desktop");
  expect(readFileSync(entry, "utf8")).toContain('Exec="/opt/Gate house/app" --hidden\n');
  expect(login.set(false)).toEqual({ supported: true, enabled: false });
  expect(existsSync(entry)).toBe(false);
});

test("start at login elsewhere is the system's own setting, and a development build has none", () => {
  let open = false;
  const app = {
    getLoginItemSettings: () => ({ openAtLogin: open }),
    setLoginItemSettings: (settings: { openAtLogin: boolean }) => {
      open = settings.openAtLogin;
    },
  } as never;
  const around = { platform: "darwin", packaged: true, executable: "/x", configFolder: folder };
  expect(createStartAtLogin(app, around).set(true)).toEqual({ supported: true, enabled: true });
  expect(createStartAtLogin(app, { ...around, packaged: false }).set(false)).toEqual({
    supported: false,
    enabled: false,
  });
  expect(open).toBe(true);
});

test("an autostart entry quotes what the desktop entry format would read differently", () => {
  expect(autostartEntry('/a"$b%/c')).toContain('Exec="/a\\\\"\\\\$b%%/c" --hidden');
});

test("every platform's menu has copy, paste and zoom, and developer tools in development only", () => {
  for (const platform of ["linux", "darwin", "win32"]) {
    const text = (development: boolean): string =>
      JSON.stringify(applicationMenu(platform, development, { openDataFolder: () => {} }));
    for (const role of ["copy", "paste", "zoomIn", "selectAll"])
      expect(text(false)).toContain(`"role":"${role}"`);
    expect([text(false).includes("toggleDevTools"), text(true).includes("toggleDevTools")]).toEqual([
      false,
      true,
    ]);
    expect(text(false).includes('"appMenu"')).toBe(platform === "darwin");
  }
});
