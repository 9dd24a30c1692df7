import { LIST_KINDS, LISTS, type ListKind, listKindOf } from "../../core/catalog/kinds.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import {
  errorMessage,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  resultMessage,
} from "../../core/jsonrpc/errors.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { joinParts } from "../../core/jsonrpc/splice.ts";
import { negotiateRevision } from "../../core/mcp/session-era/revisions.ts";
import { VERSION } from "../../hub/version.ts";
import { answerKey, type RecordedAnswer, type Recording, targetKey, targetOf } from "./recording.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The methods that are answered from the recording. */
const RECORDED: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
]);

/** An answer, and how long after the request it is due, in milliseconds. */
export interface MockAnswer {
  readonly message: Uint8Array;
  readonly afterMs: number;
}

/**
 * An MCP server of the session era (2025-11-25 and older) that answers from a recording and never calls anything. The
 * same call recorded several times is answered in that order; the last answer is given from then on.
 */
export class MockServer {
  readonly #recording: Recording;
  /** How much of the recorded time an answer takes: 0 none, 1 as it was. */
  readonly #pace: number;
  readonly #given = new Map<string, number>();

  constructor(recording: Recording, pace = 0) {
    this.#recording = recording;
    this.#pace = pace;
  }

  /** The answer to one message; undefined for notifications and answers, which need none. */
  answer(line: Uint8Array): MockAnswer | undefined {
    let envelope: Envelope;
    try {
      envelope = scanMessage(line);
    } catch (error) {
      const isOdd = error instanceof ScanError && error.code === INVALID_REQUEST;
      return now(errorMessage(null, isOdd ? INVALID_REQUEST : PARSE_ERROR, String(error)));
    }
    if (envelope.kind !== "request" || envelope.id === undefined) return undefined;
    const id = line.subarray(envelope.id.start, envelope.id.end);
    const params = paramsOf(line, envelope);
    const { method } = envelope;
    if (RECORDED.has(method)) return this.#recorded(id, method, params);
    const kind = listKindOf(method);
    if (kind !== undefined) return now(result(id, `{"${LISTS[kind].member}":[${this.#list(kind)}]}`));
    if (method === "initialize") return now(result(id, this.#hello(params)));
    if (method === "ping" || method === "logging/setLevel") return now(result(id, "{}"));
    return now(errorMessage(id, METHOD_NOT_FOUND, `a recording has no ${method}`));
  }

  #list(kind: ListKind): string {
    return this.#recording.lists[kind].join(",");
  }

  #hello(params: Readonly<Record<string, unknown>>): string {
    const { lists, instructions } = this.#recording;
    const capabilities = Object.fromEntries(
      LIST_KINDS.filter((kind) => lists[kind].length > 0).map((kind) => [LISTS[kind].capability, {}]),
    );
    const hello = JSON.stringify({
      protocolVersion: negotiateRevision(String(params.protocolVersion)),
      capabilities: { ...capabilities, tools: {} },
      serverInfo: { name: "gatehouse-mock", title: "Recording", version: VERSION },
    });
    return instructions === undefined ? hello : `${hello.slice(0, -1)},"instructions":${instructions}}`;
  }

  #recorded(id: Uint8Array, method: string, params: Readonly<Record<string, unknown>>): MockAnswer {
    const target = targetOf(method, params);
    const key = answerKey(method, target, params.arguments);
    const answers = this.#recording.answers.get(key);
    if (answers === undefined) return now(this.#unrecorded(id, method, target));
    const nth = this.#given.get(key) ?? 0;
    this.#given.set(key, nth + 1);
    const answer = answers[Math.min(nth, answers.length - 1)] as RecordedAnswer;
    return {
      message:
        answer.member === "result"
          ? result(id, answer.json)
          : encoder.encode(`{"jsonrpc":"2.0","id":${decoder.decode(id)},"error":${answer.json}}`),
      afterMs: (answer.durationUs / 1_000) * this.#pace,
    };
  }

  /** A tool that is known answers as a tool that has failed, so that a model can read why. */
  #unrecorded(id: Uint8Array, method: string, target: string): Uint8Array {
    const isKnown = this.#recording.targets.has(targetKey(method, target));
    const why = isKnown
      ? `the recording has calls of ${target}, but none with these arguments`
      : `the recording has no call of ${target}`;
    if (method !== "tools/call") return errorMessage(id, INVALID_PARAMS, why);
    return result(id, JSON.stringify({ content: [{ type: "text", text: why }], isError: true }));
  }
}

const now = (message: Uint8Array): MockAnswer => ({ message, afterMs: 0 });
const result = (id: Uint8Array, json: string): Uint8Array =>
  joinParts(resultMessage(id, encoder.encode(json)));

function paramsOf(line: Uint8Array, { params }: Envelope): Record<string, unknown> {
  if (params === undefined) return {};
  const value: unknown = JSON.parse(decoder.decode(line.subarray(params.start, params.end)));
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
