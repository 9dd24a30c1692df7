import { describe, expect, it } from "vitest";
import { createControlClient } from "../../../shared/control-client.ts";
import { isSignInLink, watchSignIns } from "./watch-sign-ins.ts";

/** A hub that answers signInUrl with one address. */
function scene(url: string) {
  const opened: string[] = [];
  const notes: string[] = [];
  const lines: string[] = [];
  const client = createControlClient((text) => {
    const { id } = JSON.parse(text) as { id: number };
    queueMicrotask(() => client.receive(JSON.stringify({ jsonrpc: "2.0", id, result: { url } })));
  });
  const dispose = watchSignIns(client, {
    openExternal: (address) => Promise.resolve(void opened.push(address)),
    notify: (title, body) => void notes.push(`${title}: ${body}`),
    log: (line) => void lines.push(line),
  });
  const tell = (method: string, params: object): void =>
    client.receive(JSON.stringify({ jsonrpc: "2.0", method, params }));
  const signIn = (state: string) => ({ id: "i", server: "web", account: "default", state, message: null });
  return { opened, notes, lines, dispose, tell, signIn };
}

describe("sign-ins in the desktop", () => {
  it("opens the browser once for a sign-in that is begun, and not for its end", async () => {
    const { opened, tell, signIn, dispose } = scene("https://login.example/auth?x=1");
    tell("signInChanged", signIn("open"));
    await expect.poll(() => opened).toEqual(["https://login.example/auth?x=1"]);
    tell("signInChanged", signIn("done"));
    dispose();
    tell("signInChanged", signIn("open"));
    expect(opened).toHaveLength(1);
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "ms-settings:"])("never opens %s", async (url) => {
    const { opened, lines, tell, signIn } = scene(url);
    tell("signInChanged", signIn("open"));
    await expect.poll(() => lines).toHaveLength(1);
    expect(opened).toEqual([]);
  });

  it("tells once that a sign-in is needed", () => {
    const { notes, tell } = scene("https://login.example/");
    tell("signInNeeded", { server: "web", account: "default", reason: "invalid_grant" });
    expect(notes).toEqual([
      "Sign in again: web no longer takes your sign-in. Open Gatehouse to sign in again.",
    ]);
  });

  it("knows a link that ends a sign-in", () => {
    expect(
      [
        "gatehouse://oauth/callback?code=1",
        "gatehouse://oauth/callback",
        "gatehouse://app/",
        "https://x/",
      ].map(isSignInLink),
    ).toEqual([true, false, false, false]);
  });
});
