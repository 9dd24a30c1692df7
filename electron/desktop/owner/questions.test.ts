import type { MessageBoxOptions } from "electron";
import { expect, test } from "vitest";
import { broadcastText, type ControlClient, createControlClient } from "../../../shared/control-client.ts";
import type { Question } from "../../../shared/model/question.ts";
import { createConfirm } from "./confirm.ts";
import { watchQuestions } from "./questions.ts";

const question = (id: string, kind: Question["kind"] = "server"): Question => ({
  id,
  kind,
  client: null,
  server: "files",
  tool: null,
  arguments: null,
  askedAt: "2026-01-01T00:00:00.000Z",
  deadline: null,
  title: "Remove files",
  change: { type: "server.remove", name: "files" },
  launch: null,
  warnings: [],
  call: null,
  pairing: null,
  held: null,
});

/** A hub with pending questions, and dialogs that the test answers. */
function bench(pending: Question[] = []) {
  const answered: unknown[] = [];
  const dialogs: { options: MessageBoxOptions; press: (button: number, check?: boolean) => void }[] = [];
  const client: ControlClient = createControlClient((text) => {
    const { id, method, params } = JSON.parse(text);
    if (method === "questions.answer") answered.push(params);
    const lists: Record<string, object> = {
      "questions.list": { pending },
      "servers.parse": { proposals: [], problem: null },
    };
    const result = lists[method] ?? { ok: true };
    queueMicrotask(() => client.receive(JSON.stringify({ id, result })));
  });
  const confirm = createConfirm(
    (options) =>
      new Promise((resolve) => {
        const press = (response: number, checkboxChecked = false): void =>
          resolve({ response, checkboxChecked });
        options.signal?.addEventListener("abort", () => press(0));
        dialogs.push({ options, press });
      }),
    () => 40,
  );
  const dispose = watchQuestions(client, confirm, () => {});
  return {
    client,
    dialogs,
    answered,
    dispose,
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test("a change that somebody asks for is shown, and the person's word is the answer", async () => {
  const { client, dialogs, answered, settle } = bench([question("q1")]);
  await settle();
  expect(dialogs[0]?.options.message).toBe("Remove the server “files”?");
  dialogs[0]?.press(1);
  client.receive(broadcastText("questionAsked", question("q2", "config")));
  await settle();
  dialogs[1]?.press(0);
  await settle();
  expect(answered).toEqual([
    { id: "q1", answer: "approve", trust: false },
    { id: "q2", answer: "deny", trust: false },
  ]);
});

test("a question that is answered elsewhere takes its dialog away and is not answered again", async () => {
  const { client, dialogs, answered, settle } = bench([question("q1")]);
  await settle();
  client.receive(broadcastText("questionAnswered", { id: "q1", answer: "deny", by: "viewer" }));
  await settle();
  expect([dialogs[0]?.options.signal?.aborted, answered]).toEqual([true, []]);
});

test("dialogs wait for one another, and the same question is shown once", async () => {
  const { client, dialogs, settle } = bench([question("q1"), question("q2")]);
  client.receive(broadcastText("questionAsked", question("q1")));
  await settle();
  expect(dialogs).toHaveLength(1);
  dialogs[0]?.press(0);
  await settle();
  await settle();
  expect(dialogs).toHaveLength(2);
  dialogs[1]?.press(0);
  await settle();
  expect(dialogs).toHaveLength(2);
});

test("calls and pairings are not asked for here", async () => {
  const { dialogs, settle } = bench([question("q1", "call"), question("q2", "pair")]);
  await settle();
  expect(dialogs).toEqual([]);
});

test("when the hub is gone its dialogs go too", async () => {
  const { dialogs, answered, dispose, settle } = bench([question("q1")]);
  await settle();
  dispose();
  await settle();
  expect([dialogs[0]?.options.signal?.aborted, answered]).toEqual([true, []]);
});

test("a server that others ask for is trusted only when the person checks the box", async () => {
  const add = {
    type: "server.add",
    name: "files",
    config: { type: "stdio", command: "x", args: [], env: {} },
  } as unknown as NonNullable<Question["change"]>;
  const { dialogs, answered, settle } = bench([{ ...question("q1"), change: add }]);
  await settle();
  expect(dialogs[0]?.options).toMatchObject({
    checkboxLabel: "Let clients call its tools without asking",
    checkboxChecked: false,
  });
  dialogs[0]?.press(1, true);
  await settle();
  expect(answered).toEqual([{ id: "q1", answer: "approve", trust: true }]);
});
