import { describe, expect, it } from "vitest";
import { CLIENT_KINDS, clientSetup, connectShim } from "./client-setup.ts";

const url = "http://127.0.0.1:4780/mcp";
const hub = { url, home: "/home/ada/.config/gatehouse" };
const onHttp = CLIENT_KINDS.filter((kind) => clientSetup(kind, hub).stdio !== true);

describe("client set-up", () => {
  it("names the hub's address and the bearer token for every client", () => {
    for (const kind of onHttp) {
      const { text } = clientSetup(kind, hub, "gh_secret");
      expect(text).toContain(url);
      expect(text).toContain("Bearer gh_secret");
    }
  });

  it("shows a placeholder where no token is given", () => {
    for (const kind of onHttp) expect(clientSetup(kind, hub).text).toContain("Bearer <token>");
  });

  it("has a client on stdio run the command of the home, without a token, and under its name", () => {
    const { text } = clientSetup("claude-desktop", { ...hub, client: "desk" }, "gh_secret");
    expect(JSON.parse(text)).toEqual({
      mcpServers: {
        gatehouse: {
          command: "/home/ada/.config/gatehouse/bin/gatehouse-connect",
          args: ["--client", "desk"],
        },
      },
    });
    expect(connectShim("C:\\Users\\ada\\Gatehouse")).toBe(
      "C:\\Users\\ada\\Gatehouse\\bin\\gatehouse-connect.cmd",
    );
  });

  it("writes JSON that parses", () => {
    for (const kind of CLIENT_KINDS) {
      const setup = clientSetup(kind, hub, "t");
      if (setup.form === "json") expect(JSON.parse(setup.text)).toBeTypeOf("object");
    }
  });
});
