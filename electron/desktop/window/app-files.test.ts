import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAppFiles } from "./app-files.ts";
import { failurePage } from "./failure-page.ts";

let folder = "";
const answer = (url: string, method = "GET") =>
  createAppFiles(join(folder, "renderer"), { "/__unavailable": () => failurePage("<b>why</b>") })(
    method,
    url,
  );

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-files-"));
  mkdirSync(join(folder, "renderer", "assets"), { recursive: true });
  writeFileSync(join(folder, "renderer", "index.html"), "<p>hello");
  writeFileSync(join(folder, "renderer", "assets", "a b.js"), "1");
  writeFileSync(join(folder, "renderer", "notes.sh"), "secret");
  writeFileSync(join(folder, "secret.txt"), "secret");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the start page and its files are served, under the strict policy", async () => {
  const page = await answer("gatehouse://app/");
  expect([page.status, String(page.body)]).toEqual([200, "<p>hello"]);
  expect(page.headers["content-security-policy"]).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
      "media-src data: blob:; font-src 'self'; connect-src ws://127.0.0.1:*; base-uri 'none'; form-action 'none'; " +
      "frame-ancestors 'none'",
  );
  const script = await answer("gatehouse://app/assets/a%20b.js?v=1");
  expect([script.status, script.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
});

test.each([
  "gatehouse://app/missing.js",
  "gatehouse://app/../secret.txt",
  "gatehouse://app/%2e%2e/secret.txt",
  "gatehouse://app/..%2fsecret.txt",
  "gatehouse://app/..%5csecret.txt",
  "gatehouse://app/%00.js",
  "gatehouse://app/%zz",
  "gatehouse://app/notes.sh",
  "gatehouse://app/assets",
  "gatehouse://other/index.html",
  "not a url",
])("%s is not found", async (url) => {
  const { status, body, headers } = await answer(url);
  expect([status, String(body)]).toEqual([404, "not found"]);
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
});

test("nothing but reading is answered", async () => {
  expect((await answer("gatehouse://app/", "POST")).status).toBe(405);
});

test("the built-in page shows what went wrong as text", async () => {
  const page = await answer("gatehouse://app/__unavailable");
  expect(String(page.body)).toContain("&#60;b&#62;why&#60;/b&#62;");
  expect(String(page.body)).not.toContain("<script");
});
