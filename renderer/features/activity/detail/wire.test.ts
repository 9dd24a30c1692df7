import { describe, expect, it } from "vitest";
import type { CallDetail } from "../../../../shared/model/call.ts";
import { callDetail, payload } from "../../../testing/calls.ts";
import { wireOf } from "./wire.ts";

const call = (more: Partial<CallDetail>): CallDetail =>
  callDetail({
    session: "c#1",
    request: payload('{"name":"t","arguments":{"n":12345678901234567890}}'),
    ...more,
  });

describe("the wire messages of a call", () => {
  it("are its payloads byte for byte within JSON-RPC, the id marked as not recorded", () => {
    expect(wireOf(call({})).messages).toEqual([
      {
        from: "client",
        text: '{"jsonrpc":"2.0","id":"(not recorded)","method":"tools/call","params":{"name":"t","arguments":{"n":12345678901234567890}}}',
        truncated: false,
      },
      {
        from: "gatehouse",
        text: '{"jsonrpc":"2.0","id":"(not recorded)","result":{"content":[]}}',
        truncated: false,
      },
    ]);
  });

  it("end with the error of a call that failed, and with nothing where it was cancelled", () => {
    const error = payload('{"code":-32000,"message":"no"}');
    expect(wireOf(call({ status: "error", result: null, error })).messages[1]?.text).toContain(
      '"error":{"code":-32000,"message":"no"}}',
    );
    expect(wireOf(call({ status: "cancelled", result: null, error })).messages).toHaveLength(1);
  });

  it("are those of the client's era", () => {
    const meta = '{"name":"t","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}';
    expect(wireOf(call({ session: null, request: payload(meta) })).era).toBe("the stateless era, 2026-07-28");
    expect(wireOf(call({})).era).toContain("sessions");
    expect(wireOf(call({ session: null })).era).toBe("a client without a session");
  });

  it.each([
    ['{"content":[],"n":1.0}', '{"resultType":"complete","content":[],"n":1.0}'],
    [" { }", '{"resultType":"complete" }'],
    ['{"content":[],"resultType":"input_required"}', '{"content":[],"resultType":"input_required"}'],
  ])("of the stateless era have the type that each of its results has: %s", (recorded, sent) => {
    const request = payload('{"name":"t","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}');
    const result = payload(recorded);
    expect(wireOf(call({ session: null, request, result })).messages[1]?.text).toBe(
      `{"jsonrpc":"2.0","id":"(not recorded)","result":${sent}}`,
    );
    expect(wireOf(call({ result })).messages[1]?.text).toContain(recorded);
  });

  it("of a call without its payloads say that they were not recorded", () => {
    expect(wireOf(call({ request: null, result: null })).messages.map(({ text }) => text)).toEqual([
      '{"jsonrpc":"2.0","id":"(not recorded)","method":"tools/call","params":"(not recorded)"}',
    ]);
    const list = call({ request: null, requestBytes: 0, method: "tools/list" });
    expect(wireOf(list).messages[0]?.text).toBe(
      '{"jsonrpc":"2.0","id":"(not recorded)","method":"tools/list"}',
    );
  });

  it("of payloads that were not read whole stay open", () => {
    expect(wireOf(call({ request: payload('{"name":"t","argu', true) })).messages[0]).toMatchObject({
      truncated: true,
      text: expect.stringMatching(/"argu$/),
    });
  });
});
