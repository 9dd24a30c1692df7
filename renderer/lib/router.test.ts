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
    { screen: "activity" },
    { screen: "activity", call: 12 },
    { screen: "rules" },
    { screen: "rules", part: "grants" },
    { screen: "audit" },
    { screen: "activity", server: "a b", client: "c&d" },
    { screen: "activity", tool: "read file", project: "/p", since: 1_000, until: 2_000 },
    { screen: "runs" },
    { screen: "runs", run: 7 },
    { screen: "compare", first: 7, second: 12 },
    { screen: "playground" },
    { screen: "playground", server: "a/b", tool: "x?y" },
    { screen: "playground", server: "a", tool: "b", call: 3 },
    { screen: "latency" },
    { screen: "latency", part: "cost" },
    { screen: "settings" },
  ])("survive the address bar: %j", (route) => {
    expect(parseRoute(routeHref(route))).toEqual(route);
  });

  it.each(["", "#", "#/nowhere", "#code=x", "#/servers/"])("%j is the server list", (fragment) => {
    expect(parseRoute(fragment)).toEqual({ screen: "servers" });
  });

  it("follow the address and write to it", () => {
    let fragment = "#/clients";
    let changed = (): void => undefined;
    const router = createRouter({
      read: () => fragment,
      write: (next) => {
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
    fragment = "#/settings";
    changed();
    expect(router.store.getState()).toEqual({ screen: "settings" });
  });
});
