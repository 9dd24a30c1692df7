import { encodeJson } from "../../core/jsonrpc/json.ts";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import type { InputMethod } from "../../core/mcp/stateless-era/capabilities.ts";
import type { Audit } from "../audit.ts";
import { newCall } from "../endpoint/relay.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import { sessionCodec } from "../pipeline/codec.ts";
import { errorOutcome } from "../pipeline/outcomes.ts";
import type { PolicyService } from "../policy/policy-service.ts";
import type { ClientIdentity, Reply } from "../ports/endpoint.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";
import { textOfOutcome } from "./answers.ts";
import type { Consent } from "./consent.ts";
import { elicitedHost } from "./elicited-host.ts";

export interface ServerAsksDeps {
  readonly policy: Pick<PolicyService, "rule">;
  readonly consent: Pick<Consent, "ask">;
  readonly audit: Pick<Audit, "refused">;
  readonly clientOf: (session: Session) => ClientIdentity;
}

/** True, or a sentence why not. */
export type Verdict = true | string;

/**
 * Whether a server may ask a client something (MCP: sampling, elicitation). Sampling lets a server use the client's model
 * with whatever the conversation holds, so it is off until a rule that names `sampling/createMessage` allows it, or the
 * person has allowed everything by default. Elicitation passes unless a rule that names it says otherwise.
 */
export class ServerAsks {
  readonly #deps: ServerAsksDeps;

  constructor(deps: ServerAsksDeps) {
    this.#deps = deps;
  }

  /** `params` is a raw JSON object. */
  may(
    server: ManagedServer,
    session: Session,
    method: InputMethod,
    params: Uint8Array | undefined,
  ): Verdict | Promise<Verdict> {
    if (method === "roots/list") return true;
    const call = this.#callOf(server, session, method, params);
    const ruling = this.#deps.policy.rule(call);
    const { decision, by, why } = ruling.decision;
    if (decision === "allow") return true;
    if (decision === "deny") {
      const actor = { role: "server", remotePid: null, executable: null };
      this.#deps.audit.refused(actor, "refused", `${method} of ${server.name} (${by})`);
      return by === "consent.default" ? notAllowed(server.name, method) : `denied by ${by}: ${why}`;
    }
    let passed = false;
    const pass = (): Outcome => {
      passed = true;
      return errorOutcome(call, 0, "");
    };
    const outcome = this.#deps.consent.ask(call, ruling, pass);
    const verdict = (settled: Outcome): Verdict => (passed ? true : textOfOutcome(settled));
    return outcome instanceof Promise ? outcome.then(verdict) : verdict(outcome);
  }

  /** What the server asks, in the form in which rules and persons judge what clients ask. */
  #callOf(
    server: ManagedServer,
    session: Session,
    method: InputMethod,
    params: Uint8Array | undefined,
  ): Call {
    const raw = params === undefined ? "{}" : new TextDecoder().decode(params);
    const bytes = Buffer.from(`{"jsonrpc":"2.0","id":0,"method":${JSON.stringify(method)},"params":${raw}}`);
    const client = this.#deps.clientOf(session);
    const value = elicitedHost(method, params) ?? server.name;
    const scope = { kind: "server", name: server.name } as const;
    const message = {
      bytes,
      envelope: scanMessage(bytes),
      client,
      scope,
      session: undefined,
      receivedAt: performance.now(),
    };
    const target = { space: "uri", value, span: { start: 0, end: 0 } } as const;
    const call = newCall(
      message,
      session,
      target,
      Buffer.from(encodeJson(0)),
      NO_REPLY,
      sessionCodec(session, method),
    );
    call.route = { server: server.name, kind: "resources", key: value, exposed: value };
    call.ownKey = value;
    call.server = server;
    return call;
  }
}

function notAllowed(server: string, method: InputMethod): string {
  const rule = JSON.stringify({ server, method, decision: "allow" });
  return `Gatehouse lets no server use a client's model (${method}) that the person has not allowed; they can with the rule ${rule}`;
}

/** Nothing of this is answered to a client; whether its session lives is seen to elsewhere. */
const NO_REPLY: Reply = {
  send() {},
  notify() {},
  drop() {},
  canStream: false,
  connected: true,
  pendingBytes: 0,
  onDrain: (listener) => listener(),
};
