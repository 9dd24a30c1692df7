import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";
import type { Sent } from "./post.ts";

const TAKEN: Sent = { kind: "taken", answer: "" };
const REFUSED: Sent = { kind: "refused", why: "no" };
const later = (afterMs?: number): Sent => ({ kind: "later", why: "busy", afterMs });

/** An outbox of texts, whose receiver answers as it is told, and then takes everything. */
function outboxOf(answers: Sent[], bounds: { most?: number; mostSize?: number } = {}) {
  const bodies: string[] = [];
  const pauses: number[] = [];
  const told: [Sent["kind"], number][] = [];
  const outbox: Outbox<string> = new Outbox<string>({
    ...{ most: 100, mostSize: 1_000, batch: 3, batchSize: 10, random: () => 0.5, ...bounds },
    sizeOf: (text) => text.length,
    encode: (texts) => {
      if (texts.includes("bad")) throw new Error("cannot be written");
      return Buffer.from(texts.join());
    },
    send: (body) => {
      bodies.push(Buffer.from(body).toString());
      return Promise.resolve(answers.shift() ?? TAKEN);
    },
    pause: (ms) => Promise.resolve(void pauses.push(ms)),
    onSent: ({ kind }, items) => told.push([kind, items]),
  });
  return { outbox, bodies, pauses, told };
}

test("items go in order, in messages of a bounded number and size", async () => {
  const { outbox, bodies } = outboxOf([]);
  for (const text of ["a", "b", "c", "d", "eeeeeeee", "ff", "g".repeat(40), "h"]) outbox.add(text);
  await outbox.flush();
  expect(bodies).toEqual(["a,b,c", "d,eeeeeeee", "ff", "g".repeat(40), "h"]);
  expect([outbox.waiting, outbox.takeLost()]).toEqual([0, 0]);
});

test("a message that cannot be taken now is sent again with growing pauses, or after the one that is asked for", async () => {
  const { outbox, bodies, pauses } = outboxOf([
    later(),
    later(),
    later(30_000),
    later(500),
    ...Array(5).fill(later()),
  ]);
  outbox.add("a");
  await outbox.flush();
  expect(new Set(bodies)).toEqual(new Set(["a"]));
  expect(pauses).toEqual([1_000, 2_000, 30_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("what finds no room is lost and counted, and what waits stays", async () => {
  const { outbox, bodies } = outboxOf([], { most: 2 });
  for (const text of ["a", "b", "c", "d"]) outbox.add(text);
  expect([outbox.waiting, outbox.takeLost(), outbox.takeLost()]).toEqual([2, 2, 0]);
  await outbox.flush();
  expect(bodies).toEqual(["a,b"]);
  const sized = outboxOf([], { mostSize: 4 }).outbox;
  for (const text of ["aaa", "bb", "c"]) sized.add(text);
  expect([sized.waiting, sized.takeLost()]).toEqual([2, 1]);
});

test("what is refused, or cannot be written, is lost and counted, and the next is sent", async () => {
  const { outbox, bodies, told, pauses } = outboxOf([REFUSED]);
  for (const text of ["a", "b", "c", "bad", "d", "e", "f"]) outbox.add(text);
  await outbox.flush();
  expect(bodies).toEqual(["a,b,c", "f"]);
  expect(told).toEqual([
    ["refused", 3],
    ["refused", 3],
    ["taken", 1],
  ]);
  expect([outbox.takeLost(), pauses]).toEqual([6, []]);
});

test("at the end all is sent at once, until the receiver fails; the rest is lost and counted", async () => {
  const { outbox, bodies, pauses } = outboxOf([TAKEN, later()]);
  for (const text of ["a", "b", "c", "d", "e", "f", "g"]) outbox.add(text);
  await outbox.close();
  expect(bodies).toEqual(["a,b,c", "d,e,f"]);
  expect([outbox.waiting, outbox.takeLost(), pauses]).toEqual([0, 4, []]);
});
