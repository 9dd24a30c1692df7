import { describe, expect, it } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createSignIns } from "./sign-ins.ts";

const changed = (
  state: "open" | "done" | "failed" | "cancelled",
  id = "a",
  message: string | null = null,
) => ({
  id,
  server: "web",
  account: "default",
  state,
  message,
});

function scene(answer: () => unknown = () => ({ id: "a", url: null, done: false })) {
  const connection = createFakeConnection({
    "servers.signIn": answer,
    "servers.cancelSignIn": () => ({ ok: true }),
  });
  const signIns = createSignIns(connection, "web");
  return { connection, signIns, state: () => signIns.store.getState().default };
}

describe("the sign-ins of a server", () => {
  it("begin, wait for the browser, and end", async () => {
    const { connection, signIns, state } = scene();
    const begun = signIns.begin("default");
    expect(state()).toEqual({ phase: "beginning" });
    connection.broadcast("signInChanged", changed("open"));
    await begun;
    expect(state()).toEqual({ phase: "open", id: "a", url: null });
    connection.broadcast("signInChanged", { ...changed("done"), server: "other" });
    expect(state()).toMatchObject({ phase: "open" });
    connection.broadcast("signInChanged", changed("done"));
    expect(state()).toBeUndefined();
  });

  it("are over when their end comes before the answer that they have begun", async () => {
    const { connection, signIns, state } = scene();
    const begun = signIns.begin("default");
    connection.broadcast("signInChanged", changed("done"));
    await begun;
    expect(state()).toBeUndefined();
  });

  it("say why they failed, with the code, until that is taken away", async () => {
    const { connection, signIns, state } = scene(() => {
      throw new GatehouseError("sign_in_failed", "the issuer is not there", "Try again in a moment.");
    });
    await signIns.begin("default");
    expect(state()).toEqual({
      phase: "failed",
      failure: { message: "the issuer is not there", advice: "Try again in a moment." },
      code: "sign_in_failed",
    });
    signIns.forget("default");
    expect(state()).toBeUndefined();
    connection.broadcast("signInChanged", changed("open"));
    connection.broadcast("signInChanged", changed("failed", "a", "access_denied"));
    expect(state()).toMatchObject({ phase: "failed", failure: { message: "access_denied" } });
  });

  it("are given up at the hub, and an older one's end does not end a newer one", async () => {
    const { connection, signIns, state } = scene();
    await signIns.begin("default");
    connection.broadcast("signInChanged", changed("cancelled", "older", "another sign-in was begun"));
    expect(state()).toMatchObject({ phase: "open", id: "a" });
    await signIns.cancel("default");
    expect(connection.calls.at(-1)).toEqual({ method: "servers.cancelSignIn", params: { id: "a" } });
    expect(state()).toBeUndefined();
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "nonsense"])("never offer %s", async (url) => {
    const { signIns, state } = scene(() => ({ id: "a", url, done: false }));
    await signIns.begin("default");
    expect(state()).toEqual({ phase: "open", id: "a", url: null });
  });
});
