import { describe, expect, it } from "vitest";
import { CLIENT_KINDS, clientSetup } from "./client-setup.ts";

const url = "http://127.0.0.1:4780/mcp";

describe("client set-up", () => {
  it("names the hub's address and the bearer token for every client", () => {
    for (const kind of CLIENT_KINDS) {
      const { text } = clientSetup(kind, url, "gh_secret");
      expect(text).toContain(url);
      expect(text).toContain("Bearer gh_secret");
    }
  });

  it("shows a placeholder where no token is given", () => {
    for (const kind of CLIENT_KINDS) expect(clientSetup(kind, url).text).toContain("Bearer <token>");
  });

  it("writes JSON that parses", () => {
    for (const kind of CLIENT_KINDS) {
      const setup = clientSetup(kind, url, "t");
      if (setup.form === "json") expect(JSON.parse(setup.text)).toBeTypeOf("object");
    }
  });
});
