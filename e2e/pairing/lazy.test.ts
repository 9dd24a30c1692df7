import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { knock, register } from "./kit.ts";

const BUILT = fileURLToPath(new URL("../../dist/node/", import.meta.url));

/** The built files that hold the library, known by a sentence of it. */
const libraryFiles = readdirSync(join(BUILT, "chunks"))
  .filter((name) => name.endsWith(".js"))
  .filter((name) =>
    readFileSync(join(BUILT, "chunks", name), "utf8").includes("Issuer Identifier must be a valid web uri"),
  );

/** The scripts that a hub has loaded by its end, as V8's own coverage names them. */
async function loadedBy(use: (hub: TestHub) => Promise<unknown>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-coverage-"));
  try {
    const hub = await startTestHub({
      config: { mcpServers: { echo: echoServer() } },
      env: { NODE_V8_COVERAGE: folder },
    });
    const { pid } = hub;
    try {
      await use(hub);
    } finally {
      await hub.stop();
    }
    const reports = readdirSync(folder).filter((name) => name.startsWith(`coverage-${pid}-`));
    return reports.flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the authorization server's library is loaded by the first login, not by the start, calls or a look at the documents", async () => {
  expect(libraryFiles).toHaveLength(1);
  const [file = ""] = libraryFiles;
  const before = await loadedBy(async (hub) => {
    const token = await hub.addClient("script");
    const client = await hub.connect(token);
    await client.request("tools/list", {});
    expect(await knock(hub.url, undefined)).toBe(401);
    const origin = new URL(hub.url).origin;
    for (const path of ["oauth-protected-resource/mcp", "oauth-authorization-server"])
      expect((await fetch(`${origin}/.well-known/${path}`)).status).toBe(200);
  });
  expect(before.some((url) => url.includes("/dist/node/"))).toBe(true);
  expect(before.filter((url) => url.endsWith(file))).toEqual([]);
  const after = await loadedBy((hub) => register(new URL(hub.url).origin));
  expect(after.filter((url) => url.endsWith(file))).toHaveLength(1);
});

test("the bundle that every start loads has grown by little: the library lies in a file of its own", () => {
  const main = readFileSync(join(BUILT, "gatehouse.js"), "utf8");
  expect(main).not.toContain("Issuer Identifier must be a valid web uri");
});
