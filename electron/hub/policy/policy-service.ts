import type { Config, ServerConfig } from "../../../shared/model/config.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { isInputMethod } from "../../core/mcp/stateless-era/capabilities.ts";
import {
  type Claims,
  type Decision,
  NO_CLAIMS,
  type PastUse,
  type PolicyCall,
  type PolicyFacts,
} from "../../core/policy/call.ts";
import { compileRules, type Explanation, type Policy } from "../../core/policy/compile.ts";
import type { Call } from "../pipeline/call.ts";
import { Histories } from "./history.ts";
import { type Machine, ownHomeGuard, thisMachine } from "./machine.ts";
import { type ServerPlace, serverPlace } from "./whereabouts.ts";

/** What the rules need of a server. */
export interface PolicyServer {
  readonly config: ServerConfig;
  readonly catalog: { claimsOf(tool: string): Claims };
}

export interface PolicyDeps {
  /** Gatehouse's own home folder. */
  readonly home: string;
  readonly config: () => Pick<Config, "rules" | "consent">;
  /** The shared instance, from whose catalogue clients know its tools. */
  readonly server: (name: string) => PolicyServer | undefined;
  readonly machine?: Machine;
}

/** What was decided, with what it was decided on: a person's question is made of it. */
export interface Ruling {
  readonly decision: Decision;
  readonly call: PolicyCall;
  readonly facts: PolicyFacts;
  /**
   * Why the decision no longer stands although no rule has changed: a link on one of its paths leads elsewhere by now.
   * Asked again right before the write of a call that has waited, for a person or for its server to start.
   */
  changed(): string | undefined;
}

/** Decides about calls by the rules in force, with the facts of this machine and of the call's server. */
export class PolicyService {
  readonly #deps: PolicyDeps;
  readonly #machine: Machine;
  readonly #guard: ReturnType<typeof ownHomeGuard>;
  readonly #histories = new Histories();
  #policy: Policy;
  /** For what follows a call that was made as a task. */
  #taskPolicy: Policy;
  /** For what servers ask of clients. */
  #askPolicy: Policy;
  #rules: readonly Rule[];

  constructor(deps: PolicyDeps) {
    this.#deps = deps;
    this.#machine = deps.machine ?? thisMachine();
    this.#guard = ownHomeGuard(deps.home, this.#machine);
    this.#rules = deps.config().rules;
    this.#policy = compileRules(this.#rules, this.#guard);
    this.#taskPolicy = compileRules(this.#rules.map(forTasks));
    this.#askPolicy = compileRules(this.#rules.map(forServerAsks));
  }

  /**
   * Decides about a call. The default "ask" is about tool calls: what a person or an app picks by itself (prompts,
   * resources) passes, unless a rule or the default denies it.
   */
  rule(call: Call): Ruling {
    const { rules, consent } = this.#deps.config();
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#policy = compileRules(rules, this.#guard);
      this.#taskPolicy = compileRules(rules.map(forTasks));
      this.#askPolicy = compileRules(rules.map(forServerAsks));
    }
    const { call: about, facts } = this.#facts(call);
    const { space } = call.target;
    if (isInputMethod(call.method)) {
      const off = call.method === "sampling/createMessage" && consent.default !== "allow";
      const asked = this.#askPolicy.decide(about, facts, off ? "deny" : "allow");
      return { decision: asked, call: about, facts, changed: () => undefined };
    }
    const fallback = space !== "tools" && consent.default === "ask" ? "allow" : consent.default;
    const policy = space === "tasks" ? this.#taskPolicy : this.#policy;
    const decided = policy.decide(about, facts, fallback);
    const { asks } = call.client;
    if (asks !== undefined && decided.decision !== "deny") {
      const passes = asks === "unless-read-only" && about.claims.readOnly;
      return { decision: passes ? OWN_READ : OWN_CALL, call: about, facts, changed: () => facts.changed() };
    }
    const isNew = call.route?.standing === "unreviewed" && space !== "tasks";
    const decision = isNew && decided.decision === "allow" ? UNREVIEWED : decided;
    return { decision, call: about, facts, changed: () => facts.changed() };
  }

  /** What would happen to a tool call, rule by rule; `rules` instead of those in force. */
  explain(call: PolicyCall, rules?: readonly Rule[]): Explanation {
    const { rules: inForce, consent } = this.#deps.config();
    const facts = new CallFacts(this.#machine, this.#place(call), [], call.project);
    return compileRules(rules ?? inForce, this.#guard).explain(call, facts, consent.default);
  }

  /** Decides about tool calls that are not made, by the rules in force or by others; compiled once. */
  trial(rules?: readonly Rule[]): (call: PolicyCall) => Decision {
    const { rules: inForce, consent } = this.#deps.config();
    const policy = compileRules(rules ?? inForce, this.#guard);
    return (call) =>
      policy.decide(call, new CallFacts(this.#machine, this.#place(call), [], call.project), consent.default);
  }

  /** What no rule can overrule, in words. */
  get builtIn(): string[] {
    return [this.#guard.words];
  }

  /** What its server says of a tool; MCP's defaults where it says nothing. */
  claims(server: string, tool: string): Claims {
    return this.#deps.server(server)?.catalog.claimsOf(tool) ?? NO_CLAIMS;
  }

  /** A call goes to its server: rules that look back see it from now on, also before it is answered. */
  sent(call: Call): void {
    const { target, ownKey, route } = call;
    if (route === undefined || ownKey === undefined || isInputMethod(call.method)) return;
    if (target.space === "tools")
      this.#histories.used(call, route.server, ownKey, this.claims(route.server, ownKey).openWorld);
    else if (target.space !== "tasks") this.#histories.used(call, route.server, "", true);
  }

  #facts(call: Call): { call: PolicyCall; facts: CallFacts } {
    const about = this.#about(call);
    const facts = new CallFacts(this.#machine, this.#place(about), this.#histories.of(call), about.project);
    return { call: about, facts };
  }

  #about(call: Call): PolicyCall {
    const { space } = call.target;
    const server = call.route?.server ?? "";
    // A task is judged as its tool is.
    const tool = (space === "tools" ? call.ownKey : space === "tasks" ? call.route?.key : "") ?? "";
    return {
      clientId: call.client.id,
      client: call.client.id === null ? "" : call.client.name,
      profile: call.profile ?? "",
      project: call.project ?? "",
      server,
      method: call.method,
      tool,
      claims: tool !== "" ? this.claims(server, tool) : NO_CLAIMS,
      arguments: () => argumentsOf(call),
    };
  }

  #place({ server, project }: PolicyCall): ServerPlace {
    const config = this.#deps.server(server)?.config;
    if (config === undefined) return { where: "remote", cwd: undefined };
    const { homedir, env } = this.#machine;
    return serverPlace(config, { homedir, env, project: project === "" ? undefined : project });
  }
}

/** The person's own calls: what other clients may says nothing about them. */
const OWN_CALL: Decision = {
  decision: "ask",
  by: "own call",
  ruleId: null,
  why: "you make this call yourself, and each of those is asked about",
};
const OWN_READ: Decision = {
  decision: "allow",
  by: "own call, read-only",
  ruleId: null,
  why: "you make this call yourself, and its server says that it only reads",
};

/** What its server has added and nobody has accepted yet is never called unasked (`consent.newTools: "ask"`). */
const UNREVIEWED: Decision = {
  decision: "ask",
  by: "consent.newTools",
  ruleId: null,
  why: "its server has added it, or runs an update, and you have not accepted that yet",
};

/** Rules about arguments were asked when the call was made; they keep their place. */
const forTasks = (rule: Rule): Rule =>
  (rule.args ?? []).length === 0 && rule.after === undefined ? rule : { server: "", decision: rule.decision };

/**
 * What servers ask of clients is allowed, or asked about, only by rules that name the method: who trusts a server's tools
 * has not lent it their model. Rules that deny hold as they are.
 */
const forServerAsks = (rule: Rule): Rule =>
  rule.decision === "deny" || (rule.method !== undefined && !/^\*+$/.test(rule.method))
    ? rule
    : { server: "", decision: rule.decision };

/** The raw arguments of a tool or prompt; for a resource `{"uri": …}` with the URI as its server knows it. */
function argumentsOf({ bytes, envelope, target, ownKey }: Call): Uint8Array | undefined {
  if (target.space === "uri") return encodeJson({ uri: ownKey ?? target.value });
  const span = envelope.paramsMembers.find(({ key }) => key === "arguments")?.value;
  if (span === undefined || bytes[span.start] === 0x6e) return undefined;
  return bytes.subarray(span.start, span.end);
}

/** The facts about one call; each is found out when a rule first looks at it. */
class CallFacts implements PolicyFacts {
  readonly platform: string;
  readonly caseInsensitive: boolean | undefined;
  readonly home: string;
  readonly where: ServerPlace["where"];
  readonly cwd: string | undefined;
  readonly project: string | undefined;
  readonly history: Iterable<PastUse> | undefined;
  readonly #machine: Machine;
  #seen: Map<string, string | undefined> | undefined;

  constructor(machine: Machine, place: ServerPlace, history: Iterable<PastUse> | undefined, project: string) {
    this.#machine = machine;
    this.platform = machine.platform;
    this.caseInsensitive = machine.caseInsensitive;
    this.home = machine.homedir;
    this.where = place.where;
    this.cwd = place.cwd;
    this.project = project === "" ? undefined : project;
    this.history = history;
  }

  get now(): number {
    return Date.now();
  }

  real(path: string): string | undefined {
    this.#seen ??= new Map();
    if (this.#seen.has(path)) return this.#seen.get(path);
    const real = this.#machine.real(path);
    this.#seen.set(path, real);
    return real;
  }

  /** Looks the same paths up again. */
  changed(): string | undefined {
    for (const [path, real] of this.#seen ?? [])
      if (this.#machine.real(path) !== real)
        return `${JSON.stringify(path)} leads elsewhere than when it was allowed`;
    return undefined;
  }
}
