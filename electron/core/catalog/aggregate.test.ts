import { describe, expect, it } from "vitest";
import { encodeJson } from "../jsonrpc/json.ts";
import { buildCatalog, cutView, heldRoute, routeUri, type ServerLists } from "./aggregate.ts";
import { readList } from "./entry.ts";
import { templateFit } from "./uri-template.ts";

const lists = (given: {
  tools?: unknown[];
  prompts?: unknown[];
  resources?: unknown[];
  templates?: unknown[];
}) => ({
  tools: readList("tools", encodeJson(given.tools ?? [])).entries,
  prompts: readList("prompts", encodeJson(given.prompts ?? [])).entries,
  resources: readList("resources", encodeJson(given.resources ?? [])).entries,
  templates: readList("templates", encodeJson(given.templates ?? [])).entries,
});
const server = (name: string, given: Parameters<typeof lists>[0], prefix = name): ServerLists => ({
  server: name,
  prefix,
  lists: lists(given),
});
const all = () => true;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the aggregated catalogue", () => {
  it("prefixes names of tools and prompts and leaves every other byte of a definition alone", () => {
    const view = cutView(
      buildCatalog([
        server("a", {
          tools: [{ x: 1, name: "t", inputSchema: {}, y: [1.5] }],
          prompts: [{ name: "p", title: "P" }],
        }),
      ]),
      all,
      false,
    );
    expect(text(view.results.tools)).toBe('{"tools":[{"x":1,"name":"a__t","inputSchema":{},"y":[1.5]}]}');
    expect(text(view.results.prompts)).toBe('{"prompts":[{"name":"a__p","title":"P"}]}');
    expect(text(view.results.templates)).toBe('{"resourceTemplates":[]}');
    expect(view.routes.prompts.get("a__p")).toMatchObject({ server: "a", key: "p", kind: "prompts" });
  });

  it("rewrites a URI only where two servers use it", () => {
    const resource = (uri: string) => ({ uri, name: "n" });
    const view = cutView(
      buildCatalog([
        server("a", { resources: [resource("demo://one"), resource("demo://mine")] }),
        server("b", { resources: [resource("demo://one")] }),
      ]),
      all,
      false,
    );
    expect([...view.routes.resources.keys()]).toEqual([
      "gatehouse://a/demo://one",
      "demo://mine",
      "gatehouse://b/demo://one",
    ]);
    expect(routeUri(view, "gatehouse://b/demo://one")).toMatchObject({
      route: { server: "b" },
      uri: "demo://one",
    });
    expect(routeUri(view, "demo://one")).toBeUndefined();
  });

  it("routes a URI that is not listed to the template that fits it best", () => {
    const view = cutView(
      buildCatalog([
        server("a", { templates: [{ uriTemplate: "demo://{+path}", name: "any" }] }),
        server("b", { templates: [{ uriTemplate: "demo://text/{id}", name: "text" }] }),
      ]),
      all,
      false,
    );
    expect(routeUri(view, "demo://text/7")).toMatchObject({ route: { server: "b" }, uri: "demo://text/7" });
    expect(routeUri(view, "demo://other/7")?.route.server).toBe("a");
    expect(routeUri(view, "demo://text/{id}")).toMatchObject({
      route: { server: "b" },
      uri: "demo://text/{id}",
    });
    expect(routeUri(view, "file:///x")).toBeUndefined();
  });

  it("gives a server its own URI where the exposed template was rewritten", () => {
    const templates = [{ uriTemplate: "demo://{id}", name: "t" }];
    const view = cutView(buildCatalog([server("a", { templates }), server("b", { templates })]), all, false);
    expect(routeUri(view, "gatehouse://b/demo://7")).toMatchObject({
      route: { server: "b" },
      uri: "demo://7",
    });
  });

  it("leaves out what is held back without a change of any other name, and knows it for the refusal", () => {
    const tools = [
      { name: "x_y", inputSchema: {} },
      { name: "x-y", inputSchema: {} },
    ];
    const resources = [{ uri: "demo://text/1", name: "one" }];
    const templates = [{ uriTemplate: "demo://text/{id}", name: "text" }];
    const whole = server("a", { tools, resources, templates });
    const before = cutView(buildCatalog([whole]), all, false);
    const standing: ServerLists["standing"] = (_kind, key) =>
      key === "x-y" || key === "demo://text/1" ? "held" : undefined;
    const view = cutView(buildCatalog([{ ...whole, standing }]), all, false);
    const [kept, gone] = [...before.routes.tools.keys()];
    expect([...view.routes.tools.keys()]).toEqual([kept]);
    expect(heldRoute(view, "tools", gone ?? "")).toMatchObject({ server: "a", key: "x-y" });
    expect(heldRoute(view, "tools", "a__unknown")).toBeUndefined();
    // The template must not lead to the held resource; to others it does.
    expect(routeUri(view, "demo://text/1")).toBeUndefined();
    expect(heldRoute(view, "uri", "demo://text/1")).toMatchObject({ kind: "resources" });
    expect(routeUri(view, "demo://text/2")).toMatchObject({ route: { kind: "templates" } });
    expect([...cutView(buildCatalog([{ ...whole, standing }]), () => false, false).held.tools]).toEqual([]);
  });

  it("shows a server alone under its own names", () => {
    const view = cutView(buildCatalog([server("a", { prompts: [{ name: "p" }] })]), all, true);
    expect([...view.routes.prompts.keys()]).toEqual(["p"]);
  });
});

describe("templateFit", () => {
  it.each<[string, string, number | undefined]>([
    ["demo://{id}", "demo://7", 7],
    ["demo://{id}", "demo://", undefined],
    ["demo://{id}", "demo://7/8", undefined],
    ["demo://{+id}", "demo://7/8", 7],
    ["demo://{id}/x", "demo://7/x", 9],
    ["demo://{id}/x", "demo://7/y", undefined],
    ["demo://{a}/{b}", "demo://7/8", 8],
    ["{+any}", "whatever", 0],
    ["file://{/path*}", "file:///a/b", 7],
    ["plain", "plain", 5],
    ["plain", "plainer", undefined],
    ["a{?q}", "a?q=1", 1],
    ["a{b", "a{b", 3],
  ])("%s against %s", (template, uri, fit) => {
    expect(templateFit(template, uri)).toBe(fit);
  });
});
