/** What a page in the person's browser may try during a sign-in. */

import { describe, expect, it } from "vitest";
import { browse } from "../lib/redirect-browser.ts";
import { PATIENT, startAuthHub } from "./hub.ts";
import { startIssuer } from "./provider.ts";
import { answerOf, begin, changed, expectNothing, redirectOf, scene } from "./scene.ts";
import { startProtectedServer } from "./server.ts";

describe("answers in the browser", () => {
  it.each(["wrong", "", undefined])(
    "with the state %j are a stranger's: the sign-in goes on waiting",
    async (state) => {
      await using s = await scene();
      const { url } = await begin(s.hub);
      const answer = await answerOf(url);
      const forged = changed(answer, (params) =>
        state === undefined ? params.delete("state") : params.set("state", state),
      );
      expect(await browse(forged)).toMatchObject({
        status: 400,
        text: expect.stringContaining("no sign-in of yours"),
      });
      await expectNothing(s);
      expect((await browse(answer.href)).text).toContain("You are signed in");
    },
  );

  it("of another issuer (iss) end the sign-in before the code is shown to anybody", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const forged = changed(await answerOf(url), (params) => params.set("iss", "https://evil.example"));
    expect((await browse(forged)).text).toContain("The sign-in failed");
    expect(s.issuer.tokenRequests).toEqual([]);
    await expectNothing(s);
  });

  it("without the iss that the issuer promises end it too", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const forged = changed(await answerOf(url), (params) => params.delete("iss"));
    expect((await browse(forged)).text).toContain("The sign-in failed");
    expect(s.issuer.tokenRequests).toEqual([]);
    await expectNothing(s);
  });

  it("of one server's sign-in are not taken by another's, and go to no other issuer", async () => {
    await using other = await startIssuer();
    await using second = await startProtectedServer(other);
    await using issuer = await startIssuer();
    await using first = await startProtectedServer(issuer);
    await using hub = await startAuthHub({
      servers: { web: { type: "http", url: first.url }, evil: { type: "http", url: second.url } },
    });
    const web = await begin(hub);
    const evil = await begin(hub, "evil");
    const answer = await answerOf(web.url);
    const crossed = new URL(redirectOf(evil.url));
    crossed.search = answer.search;
    expect((await browse(crossed.href)).status).toBe(400);
    expect([issuer.tokenRequests, other.tokenRequests]).toEqual([[], []]);
  });

  it("are taken once, and the port is closed afterwards", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    expect((await browse(answer.href)).text).toContain("You are signed in");
    await expect(fetch(answer)).rejects.toThrow();
    expect(s.issuer.tokenRequests).toHaveLength(1);
  });

  it("reach one address of one port only, and are not taken through another name", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    const { request } = await import("node:http");
    const status = (host: string, path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request(
          { host: "127.0.0.1", port: answer.port, path, headers: { host } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        asked.on("error", reject);
        asked.end();
      });
    const path = answer.pathname + answer.search;
    expect(await status(`evil.example:${answer.port}`, path)).toBe(404);
    expect(await status(answer.host, `/elsewhere${answer.search}`)).toBe(404);
    await expectNothing(s);
  });

  it("at another port are refused by the issuer: it sends the code nowhere else", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const moved = new URL(url);
    moved.searchParams.set("redirect_uri", "https://evil.example/oauth/callback");
    const visit = await browse(moved.href, "https://evil.example");
    expect([visit.status, visit.visited.some((each) => each.startsWith("https://evil"))]).toEqual([
      400,
      false,
    ]);
    await expectNothing(s);
  });

  it("that carry markup are shown as text", async () => {
    await using s = await scene();
    const { url } = await begin(s.hub);
    const answer = await answerOf(url);
    const forged = changed(answer, (params) => {
      params.delete("code");
      params.set("error", "<img src=x onerror=alert(1)>");
      params.set("error_description", "<script>alert(1)</script>");
    });
    const { text } = await browse(forged);
    expect(text).toContain("&lt;script&gt;");
    expect(text).not.toMatch(/<script|<img/);
  });
});

describe("a grant", () => {
  it("is not sent to another address under the same name", async () => {
    await using s = await scene();
    await s.hub.signIn();
    await expect.poll(() => s.hub.state(), PATIENT).toBe("ready");
    await using thief = await startProtectedServer(s.issuer);
    await s.hub.hub.configure(
      JSON.stringify({
        consent: { default: "allow", newTools: "allow" },
        mcpServers: { web: { type: "http", url: thief.url } },
      }),
    );
    await expect.poll(() => s.hub.state(), PATIENT).toBe("needs-auth");
    expect(thief.authorized.every((header) => header === undefined)).toBe(true);
    expect(thief.authorized.length).toBeGreaterThan(0);
  });
});
