import { expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { CallsState, CallsStore } from "../features/activity/calls-store.ts";
import { type Router, routeHref } from "../lib/router.ts";
import { followRoute, noteActivity } from "./activity-address.ts";

function start(text = "", selected: number | null = null) {
  const store = createStore(() => ({ text, selected }) as CallsState);
  const asked: string[] = [];
  const calls = {
    store,
    setText: (next: string) => {
      asked.push(next);
      store.setState({ text: next, selected: null });
    },
    setFilter: (filter: object) => asked.push(JSON.stringify(filter)),
    select: (id: number | null) => store.setState({ selected: id }),
  } as unknown as CallsStore;
  const notes: string[] = [];
  const router: Pick<Router, "note"> = { note: (route) => void notes.push(routeHref(route)) };
  return { calls, asked, notes, router };
}

test("a bare route leaves filter and call as they are, and the address tells them", () => {
  const { calls, asked, notes, router } = start("tool:x", 7);
  followRoute(calls, { screen: "activity" });
  noteActivity(calls, router, { screen: "activity" })();
  expect(asked).toEqual([]);
  expect(notes).toEqual(["#/activity?text=tool%3Ax&call=7"]);
});

test("an address tells all of both: a filter that it does not have is put away, and so is a call", () => {
  const { calls, asked } = start("tool:x", 7);
  followRoute(calls, { screen: "activity", text: "tool:x", call: 7 });
  expect(asked).toEqual([]);
  followRoute(calls, { screen: "activity", text: "tool:x" });
  expect(calls.store.getState()).toMatchObject({ text: "tool:x", selected: null });
  followRoute(calls, { screen: "activity", text: "", call: 3 });
  expect(asked).toEqual([""]);
  expect(calls.store.getState().selected).toBe(3);
});

test("a link to a filter stays as it was written until something is chosen", () => {
  const { calls, asked, notes, router } = start();
  const route = { screen: "activity", server: "files", since: 1, until: 2 } as const;
  followRoute(calls, route);
  const stop = noteActivity(calls, router, route);
  expect([asked, notes]).toEqual([['{"server":"files","since":1,"until":2}'], []]);
  calls.select(3);
  expect(notes).toEqual(["#/activity?text=&call=3"]);
  stop();
  calls.select(4);
  expect(notes).toHaveLength(1);
});

test("keys that are held down change the address no more often than browsers allow, and it has the last", () => {
  vi.useFakeTimers();
  try {
    const { calls, notes, router } = start();
    const stop = noteActivity(calls, router, { screen: "activity", text: "" });
    for (let id = 1; id <= 900; id += 1) {
      calls.select(id);
      vi.advanceTimersByTime(33);
    }
    vi.advanceTimersByTime(1_000);
    expect(notes.length).toBeLessThan(100);
    expect(notes.slice(0, 2)).toEqual(["#/activity?text=&call=1", "#/activity?text=&call=2"]);
    expect(notes.at(-1)).toBe("#/activity?text=&call=900");
    stop();
  } finally {
    vi.useRealTimers();
  }
});
