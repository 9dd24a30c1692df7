import { createStore, type StoreApi } from "zustand/vanilla";

/** The parts of the Rules screen beside the list itself. */
export const RULE_PARTS = ["test", "history", "grants"] as const;
export type RulePart = (typeof RULE_PARTS)[number];

/** The parts of the Latency screen beside the charts. */
export const LATENCY_PARTS = ["cost"] as const;
export type LatencyPart = (typeof LATENCY_PARTS)[number];

/** What the charts show; where `span` is not given, they are as they were. */
export interface LatencySpot {
  /** As "7d"; "" the usual one. */
  readonly span?: string;
  readonly by?: string;
  readonly server?: string;
  readonly client?: string;
  readonly tool?: string;
  readonly project?: string;
  /** What was zoomed in to, in milliseconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
}

/** In place of a profile's name: one that is not saved yet. No name begins with a plus. */
export const NEW_PROFILE = "+new";

/** What the main area shows. */
export type Route =
  | { readonly screen: "servers"; readonly server?: string }
  | { readonly screen: "clients"; readonly client?: string }
  | { readonly screen: "profiles"; readonly profile?: string }
  | {
      readonly screen: "activity";
      readonly server?: string;
      readonly client?: string;
      /** The filter as it is written, in place of the parts below; where neither stands, it is as it was. */
      readonly text?: string;
      readonly call?: number;
      readonly tool?: string;
      readonly method?: string;
      readonly project?: string;
      readonly session?: string;
      /** From this time on and before that one, in milliseconds since the epoch. */
      readonly since?: number;
      readonly until?: number;
    }
  /** Agent runs, or the one that a call is in. */
  | { readonly screen: "runs"; readonly run?: number; readonly client?: string }
  /** Two calls side by side. */
  | { readonly screen: "compare"; readonly first: number; readonly second: number }
  /** A tool to try, with the arguments of a recorded call. */
  | {
      readonly screen: "playground";
      readonly server?: string;
      readonly tool?: string;
      readonly call?: number;
    }
  | ({ readonly screen: "latency"; readonly part?: LatencyPart } & LatencySpot)
  | { readonly screen: "rules"; readonly part?: RulePart }
  | { readonly screen: "secrets" }
  | { readonly screen: "audit" }
  | { readonly screen: "settings" };

export type Screen = Route["screen"];

/** Reads an address fragment; anything unknown is the server list. */
export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?");
  const [screen, rest = "", more = ""] = path.split("/");
  const params = new URLSearchParams(query);
  switch (screen) {
    case "servers":
      return rest === "" ? { screen } : { screen, server: decode(rest) };
    case "clients":
      return rest === "" ? { screen } : { screen, client: decode(rest) };
    case "profiles":
      return rest === "" ? { screen } : { screen, profile: decode(rest) };
    case "activity":
      // An address says all of it, so that going back to one of no filter leaves none.
      if (params.size === 0) return { screen, text: "" };
      return {
        screen,
        ...textsOf(params, ["text", "server", "client", "session", "tool", "method", "project"]),
        ...numbersOf(params, ["call", "since", "until"]),
      };
    case "rules": {
      const part = RULE_PARTS.find((known) => known === rest);
      return part === undefined ? { screen } : { screen, part };
    }
    case "runs": {
      const run = idOf(rest);
      return run === undefined ? { screen, ...textsOf(params, ["client"]) } : { screen, run };
    }
    case "compare": {
      const [first, second] = [idOf(rest), idOf(more)];
      return first === undefined || second === undefined ? { screen: "activity" } : { screen, first, second };
    }
    case "playground": {
      const call = idOf(params.get("call") ?? "");
      return {
        screen,
        ...(rest === "" ? {} : { server: decode(rest) }),
        ...(more === "" ? {} : { tool: decode(more) }),
        ...(call === undefined ? {} : { call }),
      };
    }
    case "latency": {
      const part = LATENCY_PARTS.find((known) => known === rest);
      if (part !== undefined) return { screen, part };
      return {
        screen,
        span: "",
        ...textsOf(params, ["span", "by", "server", "client", "tool", "project"]),
        ...numbersOf(params, ["from", "to"]),
      };
    }
    case "secrets":
    case "audit":
    case "settings":
      return { screen };
    default:
      return { screen: "servers" };
  }
}

/** The address fragment of a route. */
export function routeHref(route: Route): string {
  if (route.screen === "activity") {
    const { screen: _, ...filter } = route;
    return `#/activity${Object.values(filter).every((value) => value === "") ? "" : queryOf(filter)}`;
  }
  if (route.screen === "latency" && route.part === undefined) {
    const { screen: _, part: __, span = "", ...spot } = route;
    return `#/latency${queryOf(span === "" ? spot : { span, ...spot })}`;
  }
  if (route.screen === "runs" && route.client !== undefined)
    return `#/runs${queryOf({ client: route.client })}`;
  if (route.screen === "compare") return `#/compare/${route.first}/${route.second}`;
  if (route.screen === "playground") {
    const names = [route.server, route.tool].flatMap((name) =>
      name === undefined ? [] : [`/${encodeURIComponent(name)}`],
    );
    return `#/playground${names.join("")}${route.call === undefined ? "" : `?call=${route.call}`}`;
  }
  const rest = restOf(route);
  return `#/${route.screen}${rest === undefined ? "" : `/${encodeURIComponent(rest)}`}`;
}

function restOf(route: Route): string | undefined {
  switch (route.screen) {
    case "servers":
      return route.server;
    case "clients":
      return route.client;
    case "profiles":
      return route.profile;
    case "runs":
      return route.run === undefined ? undefined : String(route.run);
    case "rules":
    case "latency":
      return route.part;
    default:
      return undefined;
  }
}

function queryOf(values: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams(
    Object.entries(values).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return query === "" ? "" : `?${query}`;
}

const textsOf = (params: URLSearchParams, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = params.get(key);
      return value === null ? [] : [[key, value]];
    }),
  );

const numbersOf = (params: URLSearchParams, keys: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    keys
      .map((key) => [key, Number(params.get(key) ?? Number.NaN)] as const)
      .filter(([, value]) => Number.isSafeInteger(value)),
  );

/** A call's id in an address. */
const idOf = (text: string): number | undefined => (/^[0-9]{1,15}$/.test(text) ? Number(text) : undefined);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether it leads to a screen without saying anything of what that shows. */
const isAsItIs = (route: Route): boolean =>
  (route.screen === "activity" || route.screen === "latency") && Object.keys(route).length === 1;

/** The page's address, as far as the router needs it. */
export interface AddressBar {
  read(): string;
  write(fragment: string): void;
  /** Like `write`, but going back leads to what was before. */
  replace(fragment: string): void;
  onChange(listener: () => void): () => void;
}

export interface Router {
  readonly store: StoreApi<Route>;
  go(route: Route): void;
  /** Has the address tell what a screen shows by now, for a reload and for coming back; nothing is gone to. */
  note(route: Route): void;
  dispose(): void;
}

/** Keeps the route and the address in step, so that back, forward and reload work. */
export function createRouter(address: AddressBar): Router {
  const store = createStore<Route>(() => parseRoute(address.read()));
  const dispose = address.onChange(() => store.setState(parseRoute(address.read()), true));
  return {
    store,
    go(route) {
      if (isAsItIs(route) && !("part" in store.getState()) && store.getState().screen === route.screen)
        return;
      address.write(routeHref(route));
      store.setState(route, true);
    },
    note: (route) => address.replace(routeHref(route)),
    dispose,
  };
}

/** The browser's own address bar. */
export const pageAddress: AddressBar = {
  read: () => location.hash,
  write: (fragment) => {
    if (location.hash !== fragment) history.pushState(null, "", fragment);
  },
  replace: (fragment) => {
    if (location.hash !== fragment) history.replaceState(null, "", fragment);
  },
  onChange: (listener) => {
    addEventListener("popstate", listener);
    addEventListener("hashchange", listener);
    return () => {
      removeEventListener("popstate", listener);
      removeEventListener("hashchange", listener);
    };
  },
};
