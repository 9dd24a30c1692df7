import { expect, it } from "vitest";
import { type Folders, wellKnownFolders } from "./well-known-folders.ts";

const disk = (folders: readonly string[], files: Record<string, string> = {}): Folders => ({
  isFolder: (path) => folders.includes(path),
  list: (path) =>
    folders
      .filter((folder) => folder.startsWith(path) && folder !== path)
      .map((folder) => folder.slice(path.length + 1).split(/[\\/]/)[0] ?? ""),
  read: (path) => files[path],
});

it("are those that are there, version managers first", () => {
  const there = ["/usr/bin", "/h/.local/bin", "/opt/homebrew/bin", "/h/.asdf/shims", "/h/.cargo/bin"];
  expect(wellKnownFolders({ HOME: "/h" }, "darwin", disk(there))).toEqual([
    "/h/.asdf/shims",
    "/h/.local/bin",
    "/h/.cargo/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
  ]);
  expect(wellKnownFolders({}, "linux", disk(there))).toEqual(["/opt/homebrew/bin", "/usr/bin"]);
});

it.each([
  ["the newest of nvm's versions, by number", {}, "v22.10.0"],
  ["nvm's default version", { "/h/.nvm/alias/default": "v20.1.0\n" }, "v20.1.0"],
  ["the newest of nvm's default line", { "/h/.nvm/alias/default": "22" }, "v22.10.0"],
  ["the newest where nvm's default is a name", { "/h/.nvm/alias/default": "lts/*" }, "v22.10.0"],
])("hold %s", (_what, files, version) => {
  const there = ["v22.9.0", "v22.10.0", "v20.1.0", "system"].map(
    (name) => `/h/.nvm/versions/node/${name}/bin`,
  );
  expect(wellKnownFolders({ HOME: "/h" }, "linux", disk(there, files))).toEqual([
    `/h/.nvm/versions/node/${version}/bin`,
  ]);
});

it("on Windows are below the folders that the environment names, whatever the case of its names", () => {
  const there = [
    "C:\\P\\nodejs",
    "C:\\A\\npm",
    "C:\\L\\Programs\\Python\\Python313",
    "C:\\L\\Programs\\Python\\Python39",
  ];
  const env = { programfiles: "C:\\P", APPDATA: "C:\\A", LocalAppData: "C:\\L" };
  expect(wellKnownFolders(env, "win32", disk(there))).toEqual([
    "C:\\P\\nodejs",
    "C:\\A\\npm",
    "C:\\L\\Programs\\Python\\Python313",
    "C:\\L\\Programs\\Python\\Python39",
  ]);
});
