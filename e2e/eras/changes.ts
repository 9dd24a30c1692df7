import { expect } from "vitest";
import type { Hearing } from "./client.ts";
import { call, type Expectation, spoken, told, until } from "./expectation.ts";

const WATCHED = "test://watched-resource";
const UPDATED = "notifications/resources/updated";
const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

const kinds = [
  { kind: "tools", trigger: "test_trigger_tool_change", extra: "test_extra_tool" },
  { kind: "prompts", trigger: "test_trigger_prompt_change", extra: "extra_prompt" },
  { kind: "resources", trigger: "test_trigger_resource_change", extra: "extra-resource" },
] as const;

/** In the stateless era every notification of a stream carries the stream's id; in the session era none does. */
function expectTagged({ messages, subscriptionId }: Hearing): void {
  for (const { params } of messages) expect(params?._meta?.[SUBSCRIPTION]).toBe(subscriptionId);
}

/** Changed lists and subscribed resources: GET stream and subscribe, or a listen stream. */
export const changes: readonly Expectation[] = [
  ...kinds.map(
    ({ kind, trigger, extra }): Expectation => ({
      it: `a changed list of ${kind} is told, and the list is the new one`,
      check: async ({ client }) => {
        const has = async (): Promise<boolean> => {
          const { answer } = await client.request(`${kind}/list`);
          return answer.result[kind].some(({ name }: { name: string }) => name === extra);
        };
        const had = await has();
        await using hearing = await client.hear({ lists: true });
        await call(client, trigger);
        await until(
          () => told(hearing.messages, `notifications/${kind}/list_changed`)[0],
          `notifications/${kind}/list_changed`,
        );
        await until(async () => (await has()) !== had, `the new list of ${kind}`);
        expectTagged(hearing);
      },
    }),
  ),
  {
    it: "another client's change is told to all",
    check: async ({ client, another }) => {
      const other = await another();
      await using hearing = await client.hear({ lists: true });
      await call(other, "test_trigger_tool_change");
      await until(() => told(hearing.messages, "notifications/tools/list_changed")[0], "the change");
    },
  },
  {
    it: "an updated resource is told to its subscriber, until it unsubscribes",
    check: async ({ client, another }) => {
      const write = () => call(client, "test_trigger_resource_update", { uri: WATCHED });
      const other = await another();
      await using hearing = await client.hear({ uri: WATCHED });
      await using others = await other.hear({ uri: WATCHED });
      await write();
      for (const { messages } of [hearing, others])
        await until(() => told(messages, UPDATED)[0], "the update");
      expect(told(hearing.messages, UPDATED)[0]?.params.uri).toBe(WATCHED);
      expectTagged(hearing);
      await hearing.unsubscribe();
      const heard = told(hearing.messages, UPDATED).length;
      const others1 = told(others.messages, UPDATED).length;
      await write();
      await until(() => told(others.messages, UPDATED).length > others1, "the other's second update");
      expect(told(hearing.messages, UPDATED)).toHaveLength(heard);
    },
  },
  {
    it: "nothing is told that was not asked for",
    check: async ({ client, another }) => {
      const other = await another();
      await using hearing = await client.hear({ lists: true });
      await using others = await other.hear({ uri: WATCHED });
      await call(client, "test_trigger_resource_update", { uri: WATCHED });
      await until(() => told(others.messages, UPDATED)[0], "the update");
      expect(told(hearing.messages, UPDATED)).toEqual([]);
    },
  },
  {
    it: "resources/subscribe and unsubscribe are answered with an empty result",
    check: async ({ client }) => {
      for (const method of ["resources/subscribe", "resources/unsubscribe"])
        expect((await client.request(method, { uri: WATCHED })).answer.result).toEqual({});
    },
    ruledOut: [
      {
        when: spoken("2026-07-28"),
        because: "both are gone from 2026-07-28: subscriptions/listen names the resources",
        instead: async ({ client }) => {
          for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
            const { answer, status } = await client.request(method, { uri: WATCHED });
            expect([status, answer.error?.code]).toEqual([404, -32601]);
          }
        },
      },
    ],
  },
];
