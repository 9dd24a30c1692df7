import { expect, test } from "vitest";
import { SAMPLE_QUESTIONS } from "../../../renderer/dev/sample-questions.ts";
import { broadcastText, type ControlClient, createControlClient } from "../../../shared/control-client.ts";
import type { Answer, Question } from "../../../shared/model/question.ts";
import type { Choice, PopupView } from "../../../shared/popup.ts";
import { createPopup } from "./popup.ts";

const { write, read, pair } = SAMPLE_QUESTIONS;

/** The popup over a fake window and a fake hub; `pass` moves its clocks. */
function bench(pending: readonly Question[] = []) {
  let now = 0;
  const later: { at: number; run: () => void }[] = [];
  const views: PopupView[] = [];
  const answers: unknown[] = [];
  const counts: number[] = [];
  const notified: [string, number][] = [];
  const fits: number[] = [];
  const state = { visible: false, focused: false, locked: false, failure: undefined as string | undefined };
  const client: ControlClient = createControlClient((text) => {
    const { id, method, params } = JSON.parse(text);
    if (method === "questions.answer") answers.push(params);
    const { failure } = state;
    const reply =
      method === "questions.answer" && failure !== undefined
        ? {
            id,
            error: { code: -32000, message: "the edit does not fit", data: { code: failure, advice: null } },
          }
        : { id, result: method === "questions.list" ? { pending } : { ok: true } };
    queueMicrotask(() => client.receive(JSON.stringify(reply)));
  });
  const popup = createPopup({
    surface: {
      get visible() {
        return state.visible;
      },
      get focused() {
        return state.focused;
      },
      open: () => {
        state.visible = true;
      },
      focus: () => {
        state.focused = true;
      },
      hide: () => {
        state.visible = false;
      },
      send: (view) => views.push(view),
      fit: (height) => fits.push(height),
      pointer: () => null,
    },
    clock: {
      now: () => now,
      after: (milliseconds, run) => {
        const entry = { at: now + milliseconds, run };
        later.push(entry);
        return () => later.splice(later.indexOf(entry), 1);
      },
    },
    monotonic: () => now,
    locked: () => state.locked,
    notify: ({ id }, total) => notified.push([id, total]),
    counted: (total) => counts.push(total),
    log: () => {},
  });
  const detach = popup.attach(client);
  return {
    popup,
    state,
    views,
    answers,
    counts,
    notified,
    fits,
    detach,
    last: () => views.at(-1),
    pass(milliseconds: number) {
      now += milliseconds;
      for (const entry of later.filter(({ at }) => at <= now)) {
        later.splice(later.indexOf(entry), 1);
        entry.run();
      }
    },
    asked: (question: Question) => client.receive(broadcastText("questionAsked", question)),
    changed: (question: Question) => client.receive(broadcastText("questionChanged", question)),
    answered: (id: string, answer: Answer, by: "viewer" | "operator" | "owner", withdrawn?: string) =>
      client.receive(
        broadcastText("questionAnswered", {
          id,
          answer,
          by,
          ...(withdrawn === undefined ? {} : { withdrawn }),
        }),
      ),
    /** The person's choice for what is shown now. */
    choose: (choice: Choice) => {
      const view = views.at(-1);
      return popup.hear({
        type: "choose",
        question: view?.question?.id ?? "",
        version: view?.version ?? 0,
        choice,
      });
    },
  };
}

test("a question opens the window without the focus, is notified and counted, and an answer goes to the hub", async () => {
  const { state, asked, last, notified, counts, pass, choose, answers } = bench();
  asked(read);
  expect(state).toMatchObject({ visible: true, focused: false });
  expect(last()).toMatchObject({ question: { id: "q-read" }, total: 1, quietMs: 500 });
  expect([notified, counts.at(-1)]).toEqual([[["q-read", 1]], 1]);
  pass(500);
  expect(await choose({ answer: "allow-always", narrowing: "under" })).toEqual({ ok: true });
  expect(answers).toEqual([{ id: "q-read", answer: "allow-always", narrowing: "under" }]);
  expect([state.visible, counts.at(-1)]).toEqual([false, 0]);
});

test("questions that were open before are shown, one at a time, and each next one waits for half a second", async () => {
  const { last, pass, choose, answers } = bench([read, write]);
  await Promise.resolve();
  await new Promise(setImmediate);
  expect(last()).toMatchObject({ question: { id: "q-read" }, total: 2 });
  pass(500);
  await choose({ answer: "allow-once" });
  expect(last()).toMatchObject({ question: { id: "q-write" }, total: 1, quietMs: 500 });
  expect(await choose({ answer: "allow-once" })).toMatchObject({ ok: false });
  pass(499);
  expect(await choose({ answer: "deny" })).toMatchObject({ ok: false });
  pass(1);
  expect(await choose({ answer: "deny", reason: " no " })).toEqual({ ok: true });
  expect(answers).toEqual([
    { id: "q-read", answer: "allow-once" },
    { id: "q-write", answer: "deny", reason: "no" },
  ]);
});

test("focus and unlocking begin the half second anew", async () => {
  const { popup, asked, pass, choose, state } = bench();
  asked(read);
  pass(500);
  popup.focused();
  expect(await choose({ answer: "allow-once" })).toMatchObject({ ok: false });
  pass(500);
  state.locked = true;
  popup.lockChanged();
  state.locked = false;
  popup.lockChanged();
  expect(await choose({ answer: "allow-once" })).toMatchObject({ ok: false });
  pass(500);
  expect(await choose({ answer: "allow-once" })).toEqual({ ok: true });
});

test("nothing is answered while the screen is locked, and the window is hidden", async () => {
  const { popup, asked, pass, choose, state, answers, notified } = bench();
  asked(read);
  pass(500);
  state.locked = true;
  expect(await choose({ answer: "allow-once" })).toEqual({ ok: false, message: "The screen is locked." });
  popup.lockChanged();
  expect(state.visible).toBe(false);
  asked(write);
  expect([state.visible, notified]).toEqual([false, [["q-read", 1]]]);
  expect(popup.bring()).toBe(false);
  state.locked = false;
  popup.lockChanged();
  expect(state.visible).toBe(true);
  expect(answers).toEqual([]);
});

test("a hidden window answers nothing", async () => {
  const { asked, pass, choose, state, answers } = bench();
  asked(read);
  pass(500);
  state.visible = false;
  expect(await choose({ answer: "allow-once" })).toMatchObject({ ok: false });
  expect(answers).toEqual([]);
});

test("an answer to another question or version than the one that is shown is refused", async () => {
  const { popup, asked, changed, pass, last, answers } = bench();
  asked(read);
  pass(500);
  const version = last()?.version ?? 0;
  const choose = (question: string, at: number) =>
    popup.hear({ type: "choose", question, version: at, choice: { answer: "allow-once" } });
  expect(await choose("q-write", version)).toMatchObject({ ok: false });
  expect(await choose("q-read", version - 1)).toMatchObject({ ok: false });
  // The arguments are others now: what the person saw is not what would be allowed.
  const { call } = read;
  changed({ ...read, call: { ...call, argumentsText: "{}", hash: "1" } });
  expect(await choose("q-read", version)).toMatchObject({ ok: false });
  expect(last()).toMatchObject({ version: version + 1, quietMs: 500 });
  expect(answers).toEqual([]);
});

test("more calls that wait, and a moved deadline, keep the question as it was seen", async () => {
  const { asked, changed, pass, last, choose, answers } = bench();
  asked(read);
  pass(500);
  const version = last()?.version;
  changed({ ...read, deadline: "2030-01-01T00:00:00.000Z", call: { ...read.call, waiting: 4 } });
  expect(last()).toMatchObject({ version, quietMs: 0, question: { call: { waiting: 4 } } });
  await choose({ answer: "allow-once" });
  expect(answers).toHaveLength(1);
});

test("closing is a deny, but not within the half second", async () => {
  const { popup, asked, pass, answers } = bench();
  asked(read);
  popup.closing();
  expect(answers).toEqual([]);
  pass(500);
  popup.closing();
  expect(answers).toEqual([{ id: "q-read", answer: "deny" }]);
});

test("what the hub refuses stays open and says why", async () => {
  const { asked, pass, choose, last, state } = bench();
  asked(read);
  pass(500);
  state.failure = "bad_request";
  expect(await choose({ answer: "allow-once", arguments: '{"path":1}' })).toEqual({
    ok: false,
    message: "The edit does not fit.",
  });
  expect(last()?.question?.id).toBe("q-read");
  state.failure = "not_found";
  expect(await choose({ answer: "allow-once" })).toEqual({ ok: true });
  expect(last()).toMatchObject({ question: null, notice: "The last question had been answered already." });
});

test.each([
  ["allow-once", "operator", undefined, "The last question was allowed elsewhere."],
  ["deny", "viewer", undefined, "The last question was denied in a browser."],
  ["deny", "owner", "the client gave up", "The last question was taken back: the client gave up."],
] as const)(
  "the answer %s of a %s is told (%s), and the window goes after a moment",
  (answer, by, why, notice) => {
    const { asked, answered, last, state, pass } = bench();
    asked(read);
    answered("q-read", answer, by, why);
    expect(last()).toMatchObject({ question: null, notice });
    expect(state.visible).toBe(true);
    pass(3_000);
    expect(state.visible).toBe(false);
  },
);

test("a question whose time ran out stays for a late allow, behind those that are waited for", async () => {
  const { asked, changed, last, pass, choose, answers } = bench();
  asked(read);
  asked(write);
  pass(500);
  changed({ ...read, call: { ...read.call, waiting: 0 } });
  expect(last()).toMatchObject({ question: { id: "q-write" }, total: 2, quietMs: 500 });
  pass(500);
  await choose({ answer: "deny" });
  expect(last()).toMatchObject({ question: { id: "q-read" }, total: 1 });
  pass(500);
  await choose({ answer: "allow-once" });
  expect(answers).toHaveLength(2);
});

test("a window is fitted once for what it shows, and input waits again", async () => {
  const { popup, asked, pass, last, fits } = bench();
  asked(read);
  const version = last()?.version ?? 0;
  pass(500);
  await popup.hear({ type: "fit", version, height: 700 });
  await popup.hear({ type: "fit", version, height: 300 });
  expect([fits, last()?.quietMs]).toEqual([[700], 500]);
});

test.each([
  [read, { answer: "approve" }],
  [read, { answer: "allow-always", narrowing: "another" }],
  [read, { answer: "allow-always" }],
  [read, { answer: "allow-once", narrowing: "under" }],
  [read, { answer: "allow-session", narrowing: "under", arguments: "{}" }],
  [read, { answer: "allow-once", reason: "because" }],
  [
    { ...read, call: { ...read.call, editable: false } },
    { answer: "allow-once", arguments: "{}" },
  ],
  [pair, { answer: "allow-once" }],
  [pair, { answer: "approve", profile: "another" }],
  [SAMPLE_QUESTIONS.held, { answer: "allow-once" }],
] as [Question, Choice][])("a choice that was never offered is refused: %#", async (question, choice) => {
  const { asked, pass, choose, answers } = bench();
  asked(question);
  pass(500);
  expect(await choose(choice)).toMatchObject({ ok: false });
  expect(answers).toEqual([]);
});

test.each([
  [pair, { answer: "approve", profile: "work", name: "mine" }, { profile: "work", name: "mine" }],
  [SAMPLE_QUESTIONS.held, { answer: "approve" }, {}],
  [SAMPLE_QUESTIONS.edit, { answer: "allow-always", narrowing: "offer-1" }, { narrowing: "offer-1" }],
] as [Question, Choice, object][])(
  "a choice that was offered is answered: %#",
  async (question, choice, rest) => {
    const { asked, pass, choose, answers } = bench();
    asked(question);
    pass(500);
    expect(await choose(choice)).toEqual({ ok: true });
    expect(answers).toEqual([{ id: question.id, answer: choice.answer, ...rest }]);
  },
);

test("questions of other kinds are left to their dialogs, and a hub that is gone leaves nothing open", () => {
  const { asked, state, detach, counts } = bench();
  asked({ ...read, id: "q-server", kind: "server", call: null });
  expect(state.visible).toBe(false);
  asked(read);
  detach();
  expect([state.visible, counts.at(-1)]).toEqual([false, 0]);
});
