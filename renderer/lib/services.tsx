import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { StoreApi } from "zustand/vanilla";
import type { Bridge } from "../../shared/bridge.ts";
import type { Held } from "../../shared/model/consent.ts";
import type { Changes } from "./changes.ts";
import type { Connection } from "./connection.ts";
import type { HeldStore } from "./held-store.ts";
import type { HubData, HubStore } from "./hub-store.ts";
import type { Route, Router } from "./router.ts";
import type { ThemeSetting } from "./theme.ts";
import type { UiState } from "./ui-state.ts";

/** What every part of the page may use; made once by main.tsx. */
export interface Services {
  readonly connection: Connection;
  readonly hub: HubStore;
  readonly held: HeldStore;
  readonly changes: Changes;
  readonly router: Router;
  readonly theme: ThemeSetting;
  readonly ui: StoreApi<UiState>;
  /** Only in the desktop. */
  readonly bridge: Bridge | undefined;
}

const Context = createContext<Services | undefined>(undefined);

/** Gives the services to everything inside. */
export const ServicesProvider = ({
  services,
  children,
}: {
  readonly services: Services;
  readonly children: ReactNode;
}) => <Context.Provider value={services}>{children}</Context.Provider>;

/** The services of this page. */
export function useServices(): Services {
  const services = useContext(Context);
  if (services === undefined) throw new Error("outside of ServicesProvider");
  return services;
}

/** A part of the hub's mirror; renders again only when that part changes. */
export function useHub<T>(select: (data: HubData) => T): T {
  return useStore(useServices().hub.store, select);
}

/** What is held back of a server. */
export function useHeld(server: string): readonly Held[] {
  const all = useStore(useServices().held.store, ({ held }) => held);
  return useMemo(() => all.filter((item) => item.server === server), [all, server]);
}

/** The current route. */
export const useRoute = (): Route => useStore(useServices().router.store);

/** The time now, in milliseconds, renewed every `every` milliseconds: for "4 min ago". */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
