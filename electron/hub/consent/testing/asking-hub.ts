import { onTestFinished } from "vitest";
import type { Params } from "../../../../shared/contract.ts";
import type { Question } from "../../../../shared/model/question.ts";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { callOf, createTestHub, type TestHub } from "../../testing/test-hub.ts";
import type { ConsentClock } from "../deps.ts";

/** Time that a test moves. */
export interface TestClock extends ConsentClock {
  /** Lets so many milliseconds pass, in steps no longer than one second. */
  pass(milliseconds: number): void;
  /** The machine sleeps: no timer runs meanwhile. */
  sleep(milliseconds: number): void;
}

function testClock(): TestClock {
  let now = 1_000_000;
  const timers = new Map<object, { at: number; run: () => void }>();
  const runDue = (): void => {
    for (const [key, { at, run }] of [...timers].sort(([, a], [, b]) => a.at - b.at)) {
      if (at > now || !timers.delete(key)) continue;
      run();
    }
  };
  return {
    reading: () => now,
    wall: () => Date.UTC(2026, 0, 1) + now,
    after(milliseconds, run) {
      const key = {};
      timers.set(key, { at: now + milliseconds, run });
      return () => void timers.delete(key);
    },
    pass(milliseconds) {
      for (let left = milliseconds; left > 0; left -= 1_000) {
        now += Math.min(left, 1_000);
        runDue();
      }
    },
    sleep(milliseconds) {
      now += milliseconds;
      runDue();
    },
  };
}

/** A hub that asks about everything, on a clock of its own, and what a person does there. */
export interface AskingHub extends TestHub {
  readonly clock: TestClock;
  /** What was broadcast about questions, as "name id". */
  readonly told: { readonly name: string; readonly data: Record<string, unknown> }[];
  pending(): Promise<Question[]>;
  /** The one open question, once it is there. */
  question(): Promise<Question>;
  answer(given: Params<"questions.answer">, role?: "owner" | "operator"): Promise<unknown>;
  /** The requests of a method that the server has got. */
  reached(method?: string): readonly unknown[];
}

/** The members of a stateless request's `_meta`. */
export const STATELESS_META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

export async function askingHub(
  options: { rules?: object[]; config?: Record<string, unknown>; desktop?: boolean } = {},
): Promise<AskingHub> {
  const clock = testClock();
  const config = {
    consent: { default: "ask", timeoutSeconds: 50 },
    mcpServers: { fake: { command: "fake" } },
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...options.config,
  };
  const hub = await createTestHub({
    config: JSON.stringify(config),
    storage: createMemoryStorage(),
    clock,
    ...(options.desktop === true ? { desktop: true } : {}),
  });
  onTestFinished(() => hub.dispose());
  hub.server.answer["prompts/list"] = () => ({ prompts: [{ name: "greet" }] });
  hub.server.answer["resources/list"] = () => ({ resources: [{ uri: "file:///a", name: "a" }] });
  for (const method of ["prompts/get", "resources/read", "completion/complete", "resources/subscribe"])
    hub.server.answer[method] = () => ({});
  const initialize = hub.server.answer.initialize;
  hub.server.answer.initialize = (params, id) => ({
    ...(initialize?.(params, id) as object),
    capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
  });
  const told: AskingHub["told"] = [];
  hub.hub.state.broadcaster.subscribe((name, data) => {
    if (name.startsWith("question")) told.push({ name, data: data as Record<string, unknown> });
  });
  const pending = async (): Promise<Question[]> =>
    ((await hub.hub.callAs("owner", "questions.list", {})) as { pending: Question[] }).pending;
  return {
    ...hub,
    clock,
    told,
    pending,
    async question() {
      for (let tries = 0; tries < 1_000; tries++) {
        const [question, ...others] = await pending();
        if (others.length > 0) throw new Error("more than one question is open");
        if (question !== undefined) return question;
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error("no question was asked");
    },
    answer: (given, role = "owner") => hub.hub.callAs(role, "questions.answer", given),
    reached: (method) =>
      hub.server.received.filter((message) =>
        method === undefined
          ? !/^(initialize|notifications\/initialized|.*\/list|server\/discover)$/.test(message.method ?? "")
          : message.method === method,
      ),
  };
}

/** A session that knows the tools, and a call of it that waits for an answer. */
export async function asked(options?: Parameters<typeof askingHub>[0], args: unknown = { text: "hi" }) {
  const hub = await askingHub(options);
  const session = await hub.open();
  await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
  const call = hub.request(callOf("fake__echo", args, 1), { session });
  const question = await hub.question();
  return { hub, session, call, question };
}

/** The text of a tool's result. */
export const textOf = (answer: Awaited<ReturnType<AskingHub["request"]>>): string =>
  (answer.message?.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
