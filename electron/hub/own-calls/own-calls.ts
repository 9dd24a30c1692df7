import { GatehouseError } from "../../../shared/errors.ts";
import type { CallStatus } from "../../../shared/model/call.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { joinParts } from "../../core/jsonrpc/splice.ts";
import { LATEST_SESSION_REVISION } from "../../core/mcp/session-era/revisions.ts";
import { readTarget } from "../../core/mcp/session-era/targets.ts";
import type { ClientActivity } from "../client-activity.ts";
import { newCall } from "../endpoint/relay.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import { sessionCodec } from "../pipeline/codec.ts";
import type { InboundMessage, Reply } from "../ports/endpoint.ts";
import { Session, scopeKey } from "../sessions.ts";
import { VERSION } from "../version.ts";
import { OwnClient } from "./own-client.ts";

/** Own calls under way at once: a person makes them one by one. */
const MOST = 8;

export interface OwnRequest {
  /** Names the call while it is under way, so that it can be stopped; the caller's choice. */
  readonly key: string;
  readonly server: string;
  /** By its server's own name. */
  readonly tool: string;
  /** Raw JSON of an object. */
  readonly arguments: string;
  /** The project folder that it is made for, an absolute path. */
  readonly project: string | null;
}

export interface OwnResult {
  /** Its row in the log; null when it could not be recorded. */
  readonly id: number | null;
  readonly status: CallStatus;
  /** The JSON-RPC response, raw; null when it was stopped. */
  readonly answer: string | null;
}

export interface OwnCallsDeps {
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  readonly activity: Pick<ClientActivity, "began" | "ended">;
}

/**
 * Calls that the person makes: a recorded one again, or one from the playground. They take the way of every call, as a
 * client that no rule or grant allows anything: each is asked about, unless the desktop's window asks and the tool
 * says that it only reads. They are recorded as the others are.
 */
export class OwnCalls {
  readonly #deps: OwnCallsDeps;
  readonly #running = new Map<string, Call>();

  constructor(deps: OwnCallsDeps) {
    this.#deps = deps;
  }

  /** Makes a call; resolves when it is recorded. Throws `bad_request` for arguments that are no JSON object. */
  async make(request: OwnRequest, trusted: boolean): Promise<OwnResult> {
    if (this.#running.has(request.key))
      throw new GatehouseError("name_taken", `a call named ${request.key.slice(0, 60)} is under way`);
    if (this.#running.size >= MOST)
      throw new GatehouseError(
        "bad_request",
        `${MOST} of your own calls are under way already`,
        "Wait for one of them, or stop it.",
      );
    const message = messageOf(request, new OwnClient(trusted));
    const target = readTarget(message.bytes, message.envelope);
    if (typeof target === "string") throw new GatehouseError("bad_request", target);
    const session = sessionOf(message);
    const codec = sessionCodec(session, message.envelope.method);
    const call = newCall(message, session, target, Buffer.from("1"), NO_REPLY, codec);
    const recorded = new Promise<number | null>((resolve) => {
      call.onRecorded = (id) => resolve(id ?? null);
    });
    this.#running.set(request.key, call);
    this.#deps.activity.began(call);
    try {
      const outcome = await this.#deps.run(call);
      const answer = outcome.parts === undefined ? null : Buffer.from(joinParts(outcome.parts)).toString();
      return { id: await recorded, status: outcome.status, answer };
    } finally {
      this.#deps.activity.ended(call);
      this.#running.delete(request.key);
    }
  }

  /** Stops a call under way; false when there is none of that name. */
  stop(key: string): boolean {
    const call = this.#running.get(key);
    call?.canceller?.cancel("stopped by the person");
    return call !== undefined;
  }
}

function messageOf(request: OwnRequest, client: OwnClient): InboundMessage {
  const bytes = Buffer.from(
    joinParts([
      encodeJson({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: request.tool } }).subarray(
        0,
        -2,
      ),
      Buffer.from(`,"arguments":${request.arguments}}}`),
    ]),
  );
  try {
    const envelope = scanMessage(bytes);
    const given = envelope.paramsMembers.find(({ key }) => key === "arguments");
    if (envelope.paramsMembers.length !== 2 || given === undefined || bytes[given.value.start] !== 0x7b)
      throw new ScanError(-32700, "they are no JSON object");
    return {
      bytes,
      envelope,
      client,
      scope: { kind: "server", name: request.server },
      session: undefined,
      ...(request.project === null ? {} : { project: request.project }),
      receivedAt: performance.now(),
    };
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    throw new GatehouseError(
      "bad_request",
      `the arguments cannot be sent: ${error.message}`,
      "Give one JSON object.",
    );
  }
}

/** A session for one call: it can answer nothing that a server may ask, and says so. */
function sessionOf({ client, project, scope }: InboundMessage): Session {
  const session = new Session("", {
    idHash: "",
    label: "",
    clientId: client.id,
    scope: scopeKey(scope),
    revision: LATEST_SESSION_REVISION,
    capabilities: "{}",
    clientInfo: JSON.stringify({ name: "gatehouse", version: VERSION }),
    transport: "http",
    project: project ?? null,
    createdAt: Date.now(),
    lastUsedAt: Date.now(),
  });
  session.quiet = true;
  return session;
}

/** Nobody listens on the way: the answer is the outcome. */
const NO_REPLY: Reply = {
  send: () => {},
  notify: () => {},
  canStream: false,
  connected: true,
  drop: () => {},
  pendingBytes: 0,
  onDrain: () => {},
};
