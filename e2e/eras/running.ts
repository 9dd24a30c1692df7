import { expect } from "vitest";
import type { EraClient } from "./client.ts";
import { call, type Expectation, spoken, textOf, told, until } from "./expectation.ts";

const cancelled = async (client: EraClient): Promise<number> =>
  Number(textOf(await call(client, "test_cancelled_count")));

/** Progress, cancellation and logging: what happens while a call runs. */
export const running: readonly Expectation[] = [
  {
    it: "progress comes in order, with every call's own token as it was given, and none without one",
    check: async ({ client }) => {
      const tokens = ["progress-1", "7", 7, 0, undefined];
      const calls = tokens.map(async (token) => {
        const options = token === undefined ? {} : { progressToken: token };
        const { notifications } = await call(client, "test_tool_with_progress", {}, options);
        const progress = told(notifications, "notifications/progress");
        const expected = token === undefined ? [] : [0, 50, 100];
        expect(progress.map(({ params }) => params)).toMatchObject(
          expected.map((at) => ({ progressToken: token, progress: at, total: 100 })),
        );
      });
      await Promise.all(calls);
    },
  },
  {
    it: "two calls with the same token hear their own progress alone",
    check: async ({ client, another }) => {
      const other = await another();
      const options = { progressToken: "same" };
      const both = await Promise.all(
        [client, other].map((each) => call(each, "test_tool_with_progress", {}, options)),
      );
      for (const { notifications } of both)
        expect(told(notifications, "notifications/progress").map(({ params }) => params.progress)).toEqual([
          0, 50, 100,
        ]);
    },
  },
  {
    it: "a cancelled call is cancelled at the server, and is not answered",
    check: async ({ client }) => {
      const count = await cancelled(client);
      const begun = Promise.withResolvers<void>();
      const params = { name: "test_wait_for_cancel", arguments: {} };
      const { cancel } = client.begin("tools/call", params, {
        progressToken: "begun",
        onNotification: () => begun.resolve(),
      });
      await begun.promise;
      await cancel();
      await until(async () => (await cancelled(client)) > count, "the server's count of cancelled calls");
      expect(await cancelled(client)).toBe(count + 1);
    },
  },
  {
    it: "log messages from the wanted level on come with the call",
    check: async ({ client }) => {
      const { notifications } = await call(client, "test_tool_with_logging", {}, { logLevel: "debug" });
      const logged = told(notifications, "notifications/message");
      expect(logged.map(({ params }) => params)).toMatchObject([
        { level: "info", data: "Tool execution started" },
        { level: "info", data: "Tool processing data" },
        { level: "info", data: "Tool execution completed" },
      ]);
    },
  },
  {
    it: "log messages below the wanted level do not come",
    check: async ({ client }) => {
      const { notifications } = await call(client, "test_tool_with_logging", {}, { logLevel: "error" });
      expect(told(notifications, "notifications/message")).toEqual([]);
    },
  },
  {
    it: "a level is wanted for one client alone",
    check: async ({ client, another }) => {
      const other = await another();
      await call(other, "test_logging_tool", {}, { logLevel: "error" });
      const loud = await call(client, "test_logging_tool", {}, { logLevel: "debug" });
      expect(told(loud.notifications, "notifications/message")).toHaveLength(1);
      const quiet = await call(other, "test_logging_tool", {}, { logLevel: "error" });
      expect(told(quiet.notifications, "notifications/message")).toEqual([]);
    },
  },
  {
    it: "without a level nothing is logged",
    check: async ({ client }) => {
      const { notifications } = await call(client, "test_tool_with_logging");
      expect(told(notifications, "notifications/message")).toEqual([]);
    },
    ruledOut: [
      {
        when: spoken("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"),
        because: "in the session era the server decides what it logs before a level is set",
      },
    ],
  },
  {
    it: "ping and logging/setLevel are answered with an empty result",
    check: async ({ client }) => {
      expect((await client.request("ping")).answer.result).toEqual({});
      expect((await client.request("logging/setLevel", { level: "info" })).answer.result).toEqual({});
    },
    ruledOut: [
      {
        when: spoken("2026-07-28"),
        because: "both are gone from 2026-07-28",
        instead: async ({ client }) => {
          for (const method of ["ping", "logging/setLevel"]) {
            const { answer, status } = await client.request(method, { level: "info" });
            expect([status, answer.error?.code]).toEqual([404, -32601]);
          }
        },
      },
    ],
  },
];
