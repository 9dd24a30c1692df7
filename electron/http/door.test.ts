import { describe, expect, test } from "vitest";
import { createDoor } from "./door.ts";

const door = createDoor(4780, ["wsl.example", "Box.example:9000"]);
const verdict = (headers: Record<string, string>): string => door.check(headers)?.code ?? "in";

describe("the guard of the door", () => {
  test.each([
    ["127.0.0.1:4780", "in"],
    ["localhost:4780", "in"],
    ["LocalHost:4780", "in"],
    ["[::1]:4780", "in"],
    ["wsl.example", "in"],
    ["wsl.example:1234", "in"],
    ["box.example:9000", "in"],
    ["box.example", "host_not_allowed"],
    ["127.0.0.1", "host_not_allowed"],
    ["127.0.0.1:80", "host_not_allowed"],
    ["localhost.:4780", "host_not_allowed"],
    ["localhost.evil.example:4780", "host_not_allowed"],
    ["evil.example:4780", "host_not_allowed"],
    ["127.0.0.1:4780@evil.example", "host_not_allowed"],
    ["", "host_not_allowed"],
  ])("a request for the host %j is %s", (host, expected) => {
    expect(verdict({ host })).toBe(expected);
  });

  test("a request without a host is refused", () => {
    expect(verdict({})).toBe("host_not_allowed");
  });

  test.each([
    ["127.0.0.1:4780", "gatehouse://app", "in"],
    ["127.0.0.1:4780", "http://127.0.0.1:4780", "in"],
    ["127.0.0.1:4780", "http://localhost:4780", "in"],
    ["localhost:4780", "http://[::1]:4780", "in"],
    ["wsl.example:1234", "http://wsl.example:1234", "in"],
    ["wsl.example", "https://wsl.example", "in"],
    ["127.0.0.1:4780", "http://wsl.example:1234", "origin_not_allowed"],
    ["wsl.example:1234", "http://wsl.example:3000", "origin_not_allowed"],
    ["127.0.0.1:4780", "https://127.0.0.1:4780", "origin_not_allowed"],
    ["127.0.0.1:4780", "http://127.0.0.1:3000", "origin_not_allowed"],
    ["127.0.0.1:4780", "http://localhost", "origin_not_allowed"],
    ["127.0.0.1:4780", "null", "origin_not_allowed"],
    ["127.0.0.1:4780", "", "origin_not_allowed"],
    ["127.0.0.1:4780", "file://", "origin_not_allowed"],
    ["127.0.0.1:4780", "https://evil.example", "origin_not_allowed"],
    ["127.0.0.1:4780", "gatehouse://app.evil", "origin_not_allowed"],
  ])("a request for %s from a page of %j is %s", (host, origin, expected) => {
    expect(verdict({ host, origin })).toBe(expected);
  });

  test.each([
    ["none", "in"],
    ["same-origin", "in"],
    ["same-site", "cross_site_request"],
    ["cross-site", "cross_site_request"],
  ])("a request without an origin that a browser marks %s is %s", (site, expected) => {
    expect(verdict({ host: "127.0.0.1:4780", "sec-fetch-site": site })).toBe(expected);
  });

  test("the desktop's own page may connect although a browser marks it cross-site", () => {
    const headers = { host: "127.0.0.1:4780", origin: "gatehouse://app", "sec-fetch-site": "cross-site" };
    expect(verdict(headers)).toBe("in");
  });

  test("on port 80 the hosts need no port", () => {
    expect(createDoor(80, []).check({ host: "localhost" })).toBeUndefined();
  });

  test("further hosts can be taken back", () => {
    const changing = createDoor(4780, ["wsl.example"]);
    changing.setAllowedHosts([]);
    expect(changing.check({ host: "wsl.example" })?.code).toBe("host_not_allowed");
  });

  test("a refusal quotes a long host cut and escaped", () => {
    const message = door.check({ host: `a"\u0007${"x".repeat(500)}` })?.message ?? "";
    expect(message.length).toBeLessThan(200);
    expect(message).not.toContain("\u0007");
  });
});
