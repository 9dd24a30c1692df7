/** The Activity screen and the page's address: each tells the other the filter and the open call. */
import type { CallsStore } from "../features/activity/calls-store.ts";
import type { Route, Router } from "../lib/router.ts";

type ActivityRoute = Extract<Route, { screen: "activity" }>;

/** "The calls of this server", "this call": a route may carry a filter and what to open. */
export function followRoute(calls: CallsStore, route: ActivityRoute): void {
  const { screen: _, call, text, ...filter } = route;
  if (text !== undefined) {
    if (text !== calls.store.getState().text) calls.setText(text);
  } else if (Object.keys(filter).length > 0) calls.setFilter(filter);
  if (call !== undefined || text !== undefined) calls.select(call ?? null);
}

/** Browsers refuse more than a hundred changes of the address in half a minute: after so many they are spaced out. */
const AT_ONCE = 20;
const SPACED_MS = 400;
const FORGET_MS = 10_000;

/** Keeps the address telling the filter and the open call, as long as the route stands; returns what ends that. */
export function noteActivity(
  calls: CallsStore,
  router: Pick<Router, "note">,
  route: ActivityRoute,
  now: () => number = Date.now,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written: number[] = [];
  let said = calls.store.getState();
  const note = (): void => {
    const { text, selected } = calls.store.getState();
    written.push(now());
    router.note({ screen: "activity", text, ...(selected === null ? {} : { call: selected }) });
  };
  // A link to a filter stays as it was written until something is changed.
  if (Object.keys(route).length === 1) note();
  const stop = calls.store.subscribe((state) => {
    if (state.text === said.text && state.selected === said.selected) return;
    said = state;
    if (timer !== undefined) return;
    written = written.filter((at) => at > now() - FORGET_MS);
    if (written.length < AT_ONCE) {
      note();
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      note();
    }, SPACED_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
