import { expect, test } from "vitest";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import type { Transport } from "../ports/upstream.ts";
import { ServerConnection } from "./connection.ts";

test("raw line breaks in what is put into a request do not end its line", () => {
  const sent: string[] = [];
  const transport: Transport = {
    pid: 1,
    send: (parts) => sent.push(Buffer.concat(parts).toString("utf8")) > 0,
    pause: () => {},
    resume: () => {},
    stop: () => Promise.resolve(),
  };
  const nothing = (): void => {};
  const connection = new ServerConnection(transport, {
    noise: nothing,
    listChanged: nothing,
    asked: nothing,
    told: nothing,
    unasked: nothing,
  });
  const bytes = Buffer.from('{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{}}');
  const envelope = scanMessage(bytes);
  const at = (envelope.params?.start ?? 0) + 1;
  const answer = Buffer.from('"inputResponses":{"q":{\n"action":\r\n"accept"}}');
  connection.send({
    bytes,
    envelope,
    edits: () => [{ start: at, end: at, bytes: answer }],
    sentAt: 0,
    sentAs: 0,
    answered: nothing,
    progressed: nothing,
    failed: nothing,
  });
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toMatch(/[\r\n]/);
  expect(JSON.parse(sent[0] ?? "")).toMatchObject({
    id: 1,
    params: { inputResponses: { q: { action: "accept" } } },
  });
});
