import { createStore, type StoreApi } from "zustand/vanilla";

/** What the main area shows. */
export type Route =
  | { readonly screen: "servers"; readonly server?: string }
  | { readonly screen: "clients" }
  | { readonly screen: "activity"; readonly server?: string; readonly client?: string }
  | { readonly screen: "settings" };

export type Screen = Route["screen"];

/** Reads an address fragment; anything unknown is the server list. */
export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?");
  const [screen, rest] = path.split("/");
  const params = new URLSearchParams(query);
  switch (screen) {
    case "servers":
      return rest === undefined || rest === "" ? { screen } : { screen, server: decode(rest) };
    case "activity": {
      const server = params.get("server");
      const client = params.get("client");
      return { screen, ...(server === null ? {} : { server }), ...(client === null ? {} : { client }) };
    }
    case "clients":
    case "settings":
      return { screen };
    default:
      return { screen: "servers" };
  }
}

/** The address fragment of a route. */
export function routeHref(route: Route): string {
  if (route.screen === "servers" && route.server !== undefined)
    return `#/servers/${encodeURIComponent(route.server)}`;
  if (route.screen === "activity") {
    const params = new URLSearchParams();
    if (route.server !== undefined) params.set("server", route.server);
    if (route.client !== undefined) params.set("client", route.client);
    const query = params.toString();
    return `#/activity${query === "" ? "" : `?${query}`}`;
  }
  return `#/${route.screen}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page's address, as far as the router needs it. */
export interface AddressBar {
  read(): string;
  write(fragment: string): void;
  onChange(listener: () => void): () => void;
}

export interface Router {
  readonly store: StoreApi<Route>;
  go(route: Route): void;
  dispose(): void;
}

/** Keeps the route and the address in step, so that back, forward and reload work. */
export function createRouter(address: AddressBar): Router {
  const store = createStore<Route>(() => parseRoute(address.read()));
  const dispose = address.onChange(() => store.setState(parseRoute(address.read()), true));
  return {
    store,
    go(route) {
      address.write(routeHref(route));
      store.setState(route, true);
    },
    dispose,
  };
}

/** The browser's own address bar. */
export const pageAddress: AddressBar = {
  read: () => location.hash,
  write: (fragment) => {
    if (location.hash !== fragment) history.pushState(null, "", fragment);
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
