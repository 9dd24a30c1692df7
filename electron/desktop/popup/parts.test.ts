import { expect, test } from "vitest";
import { SAMPLE_QUESTIONS } from "../../../renderer/dev/sample-questions.ts";
import { isPopupPage } from "../window/navigation.ts";
import { createArming } from "./arming.ts";
import { notificationText } from "./notification-text.ts";
import { popupBounds } from "./placement.ts";
import { createQueue, isOtherDecision } from "./queue.ts";
import { watchScreenLock } from "./screen-lock.ts";

test("input counts half a second after the last disturbance, by a clock that never goes back", () => {
  let now = 1_000;
  const arming = createArming(() => now);
  expect(arming.remainingMs()).toBe(500);
  now += 400;
  arming.disturb();
  now += 499;
  expect([arming.remainingMs(), arming.epoch]).toEqual([1, 1]);
  now += 1;
  expect(arming.remainingMs()).toBe(0);
});

test("the first question stays the shown one, whatever is renewed or added, until it is gone", () => {
  const queue = createQueue();
  const { read, write } = SAMPLE_QUESTIONS;
  queue.put(read);
  queue.put(write);
  queue.put({ ...read, deadline: null });
  expect([queue.current?.id, queue.current?.deadline, queue.total]).toEqual(["q-read", null, 2]);
  expect([queue.remove("q-read"), queue.remove("q-read"), queue.current?.id]).toEqual([
    true,
    false,
    "q-write",
  ]);
  expect(isOtherDecision(read, { ...read, call: { ...read.call, waiting: 9 } })).toBe(false);
  expect(isOtherDecision(read, { ...read, call: { ...read.call, hash: "f" } })).toBe(true);
});

test.each([
  [{ x: 0, y: 0, width: 1600, height: 1000 }, 500, { x: 1104, y: 16, width: 480, height: 500 }],
  [{ x: 1600, y: 25, width: 1280, height: 700 }, 2_000, { x: 2384, y: 41, width: 480, height: 668 }],
  [{ x: 0, y: 0, width: 400, height: 240 }, 10, { x: 16, y: 16, width: 368, height: 240 }],
])("on the screen %j a page of %d pixels stands at %j", (work, wanted, bounds) => {
  expect(popupBounds(work, wanted)).toEqual(bounds);
});

test("the screen's lock is heard where the system tells it, and asked where it does not", () => {
  const listeners = new Map<string, () => void>();
  let idle: "active" | "locked" = "active";
  let changes = 0;
  const lock = watchScreenLock(
    { on: (event, listener) => listeners.set(event, listener), getSystemIdleState: () => idle },
    () => {
      changes += 1;
    },
  );
  expect(lock.locked()).toBe(false);
  listeners.get("lock-screen")?.();
  expect([lock.locked(), changes]).toEqual([true, 1]);
  listeners.get("unlock-screen")?.();
  listeners.get("resume")?.();
  expect([lock.locked(), changes]).toEqual([false, 3]);
  idle = "locked";
  expect(lock.locked()).toBe(true);
});

test.each([
  ["gatehouse://app/popup/index.html", true],
  ["gatehouse://app/popup/index.html?x#y", true],
  ["gatehouse://app/", false],
  ["gatehouse://app/index.html", false],
  ["gatehouse://other/popup/index.html", false],
  ["https://app/popup/index.html", false],
  [undefined, false],
])("the popup's page is told by its address: %s", (url, own) => {
  expect(isPopupPage(url)).toBe(own);
});

test("a notification names who asks, shows nothing hidden, and tells where to answer", () => {
  const { read, pair, held } = SAMPLE_QUESTIONS;
  expect(notificationText({ ...read, client: "a\u202eb" }, 3)).toEqual({
    title: "a\\u{202e}b asks to use files",
    body: "Answer in Gatehouse's popup. 3 questions wait.",
  });
  expect(notificationText(pair, 1).title).toBe("A program asks to connect");
  expect(notificationText(held, 1).title).toBe("weather has changed");
});
