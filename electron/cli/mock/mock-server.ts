import { LIST_KINDS, LISTS, type ListKind, listKindOf } from "../../core/catalog/kinds.ts";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import {
  errorMessage,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  resultMessage,
} from "../../core/jsonrpc/errors.ts";
import { textOf } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { joinParts, splice } from "../../core/jsonrpc/splice.ts";
import { negotiateRevision } from "../../core/mcp/session-era/revisions.ts";
import { discoverFromInitialize } from "../../core/mcp/stateless-era/discover.ts";
import { classify, isStatelessRevision, STATELESS_REVISIONS } from "../../core/mcp/stateless-era/meta.ts";
import { type Refusal, unsupportedVersion } from "../../core/mcp/stateless-era/refusal.ts";
import { upgradeError, upgradeResult } from "../../core/mcp/stateless-era/upgrade.ts";
import { VERSION } from "../../hub/version.ts";
import { answerKey, askedOf, type RecordedAnswer, type Recording, targetKey } from "./recording.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The methods that are answered from the recording. */
const RECORDED: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
]);

/** What the stateless era (2026-07-28) does not have. */
const SESSION_ONLY: ReadonlySet<string> = new Set(["initialize", "ping", "logging/setLevel"]);

/** An answer, and how long after the request it is due, in milliseconds. */
export interface MockAnswer {
  readonly message: Uint8Array;
  readonly afterMs: number;
}

/**
 * An MCP server of both eras that answers from a recording and never calls anything. The same call recorded several times
 * is answered in that order; the last answer is given from then on.
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
    const found = classify(line, envelope);
    if (found.era === "refused") return now(refusalMessage(id, found.refusal));
    if (found.era === "session") return this.#answered(id, line, envelope, false);
    if (!isStatelessRevision(found.version))
      return now(refusalMessage(id, unsupportedVersion(found.version, STATELESS_REVISIONS)));
    if (envelope.method === "server/discover") return now(result(id, this.#discovery()));
    if (SESSION_ONLY.has(envelope.method)) return now(unknownMethod(id, envelope.method));
    const { message, afterMs } = this.#answered(id, line, envelope, true);
    return { message: upgraded(envelope.method, message), afterMs };
  }

  /** `answersMore`: the client can be asked for more, in a further round. */
  #answered(
    id: Uint8Array,
    line: Uint8Array,
    { method, params }: Envelope,
    answersMore: boolean,
  ): MockAnswer {
    if (RECORDED.has(method)) return this.#recorded(id, method, askedOf(line, method, params), answersMore);
    const kind = listKindOf(method);
    if (kind !== undefined) return now(result(id, `{"${LISTS[kind].member}":[${this.#list(kind)}]}`));
    if (method === "initialize") return now(result(id, this.#hello(revisionIn(line, params))));
    if (method === "ping" || method === "logging/setLevel") return now(result(id, "{}"));
    return now(unknownMethod(id, method));
  }

  #list(kind: ListKind): string {
    return this.#recording.lists[kind].join(",");
  }

  #discovery(): string {
    const hello = encoder.encode(this.#hello(""));
    return decoder.decode(discoverFromInitialize(hello, { ttlMs: 0, cacheScope: "private" }));
  }

  #hello(wanted: string): string {
    const { lists, instructions, methods } = this.#recording;
    const capabilities = Object.fromEntries(
      LIST_KINDS.filter((kind) => lists[kind].length > 0).map((kind) => [LISTS[kind].capability, {}]),
    );
    // A client asks only for what a server says that it has.
    const reads = methods.has("resources/read") ? { resources: {} } : {};
    const hello = JSON.stringify({
      protocolVersion: negotiateRevision(wanted),
      capabilities: {
        ...capabilities,
        ...reads,
        tools: {},
        ...(methods.has("completion/complete") ? { completions: {} } : {}),
      },
      serverInfo: { name: "gatehouse-mock", title: "Recording", version: VERSION },
    });
    return instructions === undefined ? hello : `${hello.slice(0, -1)},"instructions":${instructions}}`;
  }

  #recorded(
    id: Uint8Array,
    method: string,
    { target, rest }: ReturnType<typeof askedOf>,
    answersMore: boolean,
  ): MockAnswer {
    const key = answerKey(method, target, rest);
    const answers =
      this.#recording.answers.get(key)?.filter(({ asksMore }) => answersMore || !asksMore) ?? [];
    if (answers.length === 0) return now(this.#unrecorded(id, method, target));
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

  /** A tool that is listed answers as a tool that has failed, so that a model can read why. */
  #unrecorded(id: Uint8Array, method: string, target: string): Uint8Array {
    const isKnown = this.#recording.targets.has(targetKey(method, target));
    const why = isKnown
      ? `the recording has calls of ${target}, but none with these arguments`
      : `the recording has no call of ${target}`;
    if (method !== "tools/call" || !this.#recording.tools.has(target))
      return errorMessage(id, INVALID_PARAMS, why);
    return result(id, JSON.stringify({ content: [{ type: "text", text: why }], isError: true }));
  }
}

const now = (message: Uint8Array): MockAnswer => ({ message, afterMs: 0 });
const result = (id: Uint8Array, json: string): Uint8Array =>
  joinParts(resultMessage(id, encoder.encode(json)));

const unknownMethod = (id: Uint8Array, method: string): Uint8Array =>
  errorMessage(id, METHOD_NOT_FOUND, `a recording has no ${method}`);

const refusalMessage = (id: Uint8Array, { code, message, data }: Refusal): Uint8Array =>
  errorMessage(id, code, message, data);

/** An answer as a stateless client must have it; one that asked such a client for more stays as it was recorded. */
function upgraded(method: string, message: Uint8Array): Uint8Array {
  const envelope = scanMessage(message);
  const asksMore = envelope.resultType === "input_required";
  const edits =
    envelope.kind === "error"
      ? upgradeError(message, envelope)
      : upgradeResult(method, message, envelope, {}, asksMore);
  return joinParts(splice(message, edits));
}

function revisionIn(line: Uint8Array, params: Span | undefined): string {
  const value: unknown = params === undefined ? {} : JSON.parse(textOf(line, params));
  return String((value as { protocolVersion?: unknown } | null)?.protocolVersion);
}
