import { describe, expect, it } from "vitest";
import { createRouter, NEW_PROFILE, parseRoute, type Route, routeHref } from "./router.ts";

describe("routes", () => {
  it.each<Route>([
    { screen: "servers" },
    { screen: "servers", server: "my server/é" },
    { screen: "clients" },
    { screen: "clients", client: "claude code" },
    { screen: "profiles" },
    { screen: "profiles", profile: NEW_PROFILE },
    { screen: "activity", text: "" },
    { screen: "activity", text: "", call: 12 },
    { screen: "activity", text: 'tool:read_* "a & b" 100%', call: 12 },
    { screen: "activity", call: 12 },
    { screen: "rules" },
    { screen: "rules", part: "grants" },
    { screen: "audit" },
    { screen: "activity", server: "a b", client: "c&d" },
    { screen: "activity", tool: "read file", project: "/p", since: 1_000, until: 2_000 },
    { screen: "runs" },
    { screen: "runs", client: "claude code" },
    { screen: "runs", run: 7 },
    { screen: "compare", first: 7, second: 12 },
    { screen: "playground" },
    { screen: "playground", server: "a/b", tool: "x?y" },
    { screen: "playground", server: "a", tool: "b", call: 3 },
    { screen: "latency", span: "" },
    { screen: "latency", span: "7d", by: "tool", server: "a&b", from: 1_000, to: 2_000 },
    { screen: "latency", part: "cost" },
    { screen: "settings" },
  ])("survive the address bar: %j", (route) => {
    expect(parseRoute(routeHref(route))).toEqual(route);
  });

  it.each(["", "#", "#/nowhere", "#code=x", "#/servers/"])("%j is the server list", (fragment) => {
    expect(parseRoute(fragment)).toEqual({ screen: "servers" });
  });

  it("that leave a screen as it is have its bare name as their address", () => {
    expect([routeHref({ screen: "activity" }), routeHref({ screen: "latency" })]).toEqual([
      "#/activity",
      "#/latency",
    ]);
  });

  it("follow the address and write to it", () => {
    let fragment = "#/clients";
    let changed = (): void => undefined;
    const router = createRouter({
      read: () => fragment,
      write: (next) => {
        fragment = next;
      },
      replace: (next) => {
        fragment = next;
      },
      onChange: (listener) => {
        changed = listener;
        return () => undefined;
      },
    });
    expect(router.store.getState()).toEqual({ screen: "clients" });
    router.go({ screen: "servers", server: "x" });
    expect(fragment).toBe("#/servers/x");
    router.note({ screen: "activity", text: "tool:x" });
    expect(fragment).toBe("#/activity?text=tool%3Ax");
    expect(router.store.getState()).toEqual({ screen: "servers", server: "x" });
    fragment = "#/settings";
    changed();
    expect(router.store.getState()).toEqual({ screen: "settings" });
  });
});
