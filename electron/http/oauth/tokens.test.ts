import { describe, expect, test } from "vitest";
import { errorOf, oauthListener, paired, refresh, type Tokens } from "../testing/oauth-login.ts";

const { start } = oauthListener();

describe("tokens", () => {
  test("a refresh gives new ones, and the second use of an old one ends the grant", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    const second = (await (await refresh(hub.origin, clientId, tokens.refresh_token)).json()) as Tokens;
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect(hub.pairing.tokens.size).toBe(2);
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
    expect(await errorOf(await refresh(hub.origin, clientId, second.refresh_token))).toBe(
      "400 invalid_grant",
    );
    expect(hub.pairing.tokens.size).toBe(0);
    expect([...hub.store.records.values()].map(({ kind }) => kind)).toEqual(["client"]);
  });

  test("revoking the refresh token ends the grant", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    const response = await fetch(`${hub.origin}/oauth/revoke`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: clientId, token: tokens.refresh_token }),
    });
    expect(response.status).toBe(200);
    expect(hub.pairing.tokens.size).toBe(0);
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
  });

  test("a client that was revoked gets no more", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    hub.pairing.revoked.add("identity-1");
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
  });
});
