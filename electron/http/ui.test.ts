import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Listener } from "../hub/ports/endpoint.ts";
import { createListener } from "./listener.ts";
import { ask, FakeControl, FakeMcp, optionsWith, RawConnection } from "./testing/kit.ts";

let folder: string;
let listener: Listener;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-ui-"));
  const built = join(folder, "built");
  await mkdir(join(built, "assets"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(built, "index.html"), "<!doctype html>");
  await writeFile(join(built, "assets", "index-BxY3k_9Z.js"), "export {}");
  if (process.platform !== "win32") await symlink(join(folder, "secret.txt"), join(built, "link.txt"));
  listener = await createListener(optionsWith(new FakeMcp(), new FakeControl(), { uiFolder: built }));
});

afterEach(async () => {
  await listener.close(0);
  await rm(folder, { recursive: true });
});

describe("the web UI", () => {
  test("serves its page under a strict policy", async () => {
    const answer = await ask(listener.port, { path: "/ui/" });
    expect([answer.status, answer.text]).toEqual([200, "<!doctype html>"]);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  });

  test("lets files with a hash in their name be kept", async () => {
    const answer = await ask(listener.port, { path: "/ui/assets/index-BxY3k_9Z.js?x=1" });
    expect(answer.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(answer.headers["cache-control"]).toContain("immutable");
  });

  test("leads from /ui to /ui/", async () => {
    const answer = await ask(listener.port, { path: "/ui" });
    expect([answer.status, answer.headers.location]).toEqual([308, "/ui/"]);
  });

  test("answers HEAD without a body, and no other method", async () => {
    const head = await ask(listener.port, { method: "HEAD", path: "/ui/" });
    expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", "15"]);
    expect((await ask(listener.port, { method: "POST", path: "/ui/" })).status).toBe(405);
  });

  test.each([
    "/ui/../secret.txt",
    "/ui/..%2fsecret.txt",
    "/ui/%2e%2e/secret.txt",
    "/ui/..\\secret.txt",
    "/ui/assets/../../secret.txt",
    "/ui//etc/passwd",
    "/ui/%00",
    "/ui/%zz",
    "/ui/link.txt",
    "/ui/assets",
    "/ui/nothing.js",
  ])("%s leads nowhere", async (path) => {
    const client = new RawConnection(listener.port);
    client.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${String(listener.port)}\r\n\r\n`);
    await client.expect(/^HTTP\/1\.1 404 [\s\S]*\}\n$/);
    expect(client.text).not.toContain("secret\n");
    client.socket.destroy();
  });

  test("says so where there is none", async () => {
    const bare = await createListener(
      optionsWith(new FakeMcp(), new FakeControl(), { uiFolder: join(folder, "none") }),
    );
    const answer = await ask(bare.port, { path: "/ui/" });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      404,
      expect.objectContaining({ error: "no_web_ui" }),
    ]);
    await bare.close(0);
  });
});
