/**
 * The control API: the one typed contract between the hub and the desktop, the renderer and the CLI.
 *
 * It travels over a WebSocket at /control. The first two messages each way are the handshake (see handshake schemas);
 * after it every message is JSON-RPC 2.0. Requests go from the caller to the hub, broadcasts (notifications) back.
 * Everything is parsed on arrival. Each method names the roles that may call it:
 * "yes", "no", or "headless" (only while no desktop is attached, recorded with the caller's pid and executable).
 */
import { z } from "zod";
import { accountNameSchema, signInSchema } from "./model/account.ts";
import { auditEntrySchema } from "./model/audit.ts";
import {
  callCountsSchema,
  callDetailSchema,
  callFilterSchema,
  callStatusSchema,
  callSummarySchema,
  searchedSchema,
} from "./model/call.ts";
import { clientDetailSchema, clientSchema, labelsSchema } from "./model/client.ts";
import { profileSchema, ruleSchema, serverConfigSchema } from "./model/config.ts";
import { grantSchema, heldSchema, ruleTestSchema, ruleViewSchema, seenSchema } from "./model/consent.ts";
import { diagnosisCheckSchema, diagnosisSchema } from "./model/diagnosis.ts";
import { exportFormatSchema, exportPieceSchema, importProblemSchema } from "./model/export.ts";
import { savedSchema, serverHealthSchema } from "./model/health.ts";
import { callsVerifiedSchema, historyStateSchema } from "./model/history.ts";
import {
  costSchema,
  metricsDimensionSchema,
  metricsFilterSchema,
  metricsHeatmapSchema,
  metricsSeriesSchema,
  metricsTopSchema,
} from "./model/metrics.ts";
import { answerSchema, changeSchema, questionSchema } from "./model/question.ts";
import { runDetailSchema, runSummarySchema } from "./model/run.ts";
import { passphraseSchema, secretSchema, secretStoreSchema, secretValueSchema } from "./model/secret.ts";
import {
  launchSchema,
  logFilterSchema,
  logLineSchema,
  problemSchema,
  serverDetailSchema,
  serverSummarySchema,
} from "./model/server.ts";

export const roleSchema = z.enum(["viewer", "operator", "owner"]);
export type Role = z.infer<typeof roleSchema>;
export type Permission = "yes" | "no" | "headless";
export type Grants = Record<Role, Permission>;

const read: Grants = { viewer: "yes", operator: "yes", owner: "yes" };
const operate: Grants = { viewer: "no", operator: "yes", owner: "yes" };
const configure: Grants = { viewer: "no", operator: "headless", owner: "yes" };
const ownerOnly: Grants = { viewer: "no", operator: "no", owner: "yes" };

const method = <P extends z.ZodType, R extends z.ZodType>(grants: Grants, params: P, result: R) => ({
  grants,
  params,
  result,
});

const nothing = z.object({});
const done = z.object({ ok: z.literal(true) });
const named = z.object({ name: z.string() });

/** A span of time in milliseconds since the epoch, and which calls in it. */
const metricsSpan = z.object({
  from: z.number().min(0),
  to: z.number().min(0),
  filter: metricsFilterSchema.default({}),
});

export const settingsSchema = z.object({
  home: z.string(),
  configFile: z.string(),
  /** The port in gatehouse.json; `url` is where the hub really listens. */
  port: z.int(),
  consentDefault: z.enum(["ask", "allow", "deny"]),
  consentTimeoutSeconds: z.number(),
  anonymous: z.enum(["deny", "allow"]),
  versions: z.record(z.string(), z.string()),
  /** The current complaint about gatehouse.json, if the last edit was bad. */
  configError: z.string().nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The hub is ending and waits for what is under way: `calls`, of which `questions` wait for a person (and pairings). */
export const drainingSchema = z.object({
  calls: z.int(),
  questions: z.int(),
  /** When it ends at the latest, ISO 8601. */
  until: z.string(),
});
export type HubDraining = z.infer<typeof drainingSchema>;

export const hubSchema = z.object({
  pid: z.int(),
  url: z.string().nullable(),
  version: z.string(),
  startedAt: z.string(),
  paused: z.boolean(),
  /** Whether a desktop is attached, which then is the only one to allow and configure. */
  desktop: z.boolean(),
  /** What the person must know of the hub itself: calls that cannot be recorded, a damaged database. */
  problems: z.array(problemSchema).default([]),
  /** Only while the hub is ending. */
  draining: drainingSchema.optional(),
});

export const statusSchema = z.object({
  hub: hubSchema,
  servers: z.array(serverSummarySchema),
  clients: z.array(clientSchema),
  pending: z.int(),
  saved: savedSchema.default({ processes: 0, memoryBytes: 0 }),
});
export type Status = z.infer<typeof statusSchema>;

/** A server found in pasted text, with what would run and what to beware of. */
export const proposalSchema = z.object({
  name: z.string(),
  config: serverConfigSchema,
  launch: launchSchema,
  warnings: z.array(z.string()),
  /** The name is already in use by another server. */
  taken: z.boolean(),
});
export type Proposal = z.infer<typeof proposalSchema>;

export const methods = {
  "hub.status": method(read, nothing, statusSchema),
  "hub.pause": method(read, nothing, done),
  "hub.resume": method(operate, nothing, done),
  /**
   * Ends the hub: no new calls are taken, and those under way have `drainSeconds`. Used by a desktop that quits or that
   * takes over from a headless hub. Said again with less, it is waited for less.
   */
  "hub.shutdown": method(operate, z.object({ drainSeconds: z.number().min(0).max(30).default(5) }), done),
  /**
   * Looks at everything that keeps servers and clients from working, or at one server. Enabled servers that do not run
   * are started for the trial, apart from those that clients use, and ended again; what runs is left alone. Each check is
   * told as it is done (`diagnosisProgressed`), under the caller's own `run`.
   */
  "hub.diagnose": method(
    read,
    z.object({ server: z.string().optional(), run: z.string().max(64).default("") }),
    diagnosisSchema,
  ),
  /** Mints a viewer token for a renderer. */
  "hub.viewerToken": method(ownerOnly, nothing, z.object({ token: z.string() })),
  /** Mints a one-time code that opens /ui/ in a browser within 60 seconds. */
  "hub.uiCode": method(operate, nothing, z.object({ url: z.string() })),

  "servers.list": method(read, nothing, z.object({ servers: z.array(serverSummarySchema) })),
  "servers.get": method(read, named, serverDetailSchema),
  /**
   * The newest lines that fit, oldest first; `before` is what an earlier answer gave, for the lines before its own. A
   * long log is searched in pieces: an answer may hold few lines or none and yet name where to go on.
   */
  "servers.log": method(
    read,
    named.extend({
      ...logFilterSchema.shape,
      limit: z.int().min(1).max(5_000).default(500),
      before: z.string().max(60).optional(),
    }),
    z.object({ lines: z.array(logLineSchema), before: z.string().nullable() }),
  ),
  /**
   * What each server uses, with its last minutes. Whoever asks again and again, about every `everyMs`, is taken to be
   * watching: only for as long are servers sampled that often.
   */
  "servers.health": method(
    read,
    nothing,
    z.object({ servers: z.array(serverHealthSchema), saved: savedSchema, everyMs: z.number() }),
  ),
  /** Reads pasted text (a client's JSON, a command line or a URL) and says what it would add. Changes nothing. */
  "servers.parse": method(
    read,
    z.object({ text: z.string().max(1_000_000) }),
    z.object({ proposals: z.array(proposalSchema), problem: z.string().nullable() }),
  ),
  /**
   * `trust` also lets clients call its tools without asking: it appends the rule `trustRule(name)`. `keychain` sets what
   * looks like a credential as secrets and writes references in their place; where that fails, nothing is added.
   */
  "servers.add": method(
    configure,
    z.object({
      name: z.string(),
      config: serverConfigSchema,
      trust: z.boolean().default(false),
      keychain: z.boolean().default(false),
    }),
    z.object({ ok: z.literal(true), secrets: z.array(z.string()).default([]) }),
  ),
  /** The same with a server that there is: what looks like a credential in gatehouse.json becomes secrets, by their names. */
  "servers.moveSecrets": method(configure, named, z.object({ secrets: z.array(z.string()) })),
  /** Takes the rule that `trust` wrote along. */
  "servers.remove": method(configure, named, done),
  "servers.enable": method(configure, named, done),
  "servers.disable": method(operate, named, done),
  "servers.restart": method(operate, named, done),
  /**
   * Begins a sign-in to a remote server. `url` is where the person signs in; null where the desktop opens it, or nobody
   * has to (`done`). The end is told by the broadcast signInChanged. "app": the browser hands the answer to the desktop.
   */
  "servers.signIn": method(
    read,
    named.extend({ account: accountNameSchema, redirect: z.enum(["loopback", "app"]).default("loopback") }),
    z.object({ id: z.string(), url: z.string().nullable(), done: z.boolean() }),
  ),
  /** For the desktop, which opens it in the person's browser. */
  "servers.signInUrl": method(ownerOnly, z.object({ id: z.string() }), z.object({ url: z.string() })),
  "servers.cancelSignIn": method(read, z.object({ id: z.string() }), done),
  /** The address by which the system has handed the answer of a sign-in to the desktop. */
  "servers.finishSignIn": method(ownerOnly, z.object({ url: z.string().max(16_384) }), done),
  /** Deletes the tokens; `revoked` tells whether the issuer has taken note. */
  "servers.signOut": method(
    read,
    named.extend({ account: accountNameSchema }),
    z.object({ ok: z.literal(true), revoked: z.boolean() }),
  ),

  /** Lists all, also the revoked. */
  "clients.list": method(read, nothing, z.object({ clients: z.array(clientSchema) })),
  "clients.add": method(
    configure,
    z.object({ name: z.string(), profile: z.string().nullable().default(null) }),
    z.object({ client: clientSchema, token: z.string() }),
  ),
  /** As `clients.add`, for `gatehouse connect --client NAME`: the hub writes the token into the home folder. */
  "clients.addConnect": method(
    configure,
    z.object({ name: z.string(), profile: z.string().nullable().default(null) }),
    z.object({ client: clientSchema }),
  ),
  "clients.revoke": method(operate, named, z.object({ client: clientSchema })),
  "clients.get": method(read, named, clientDetailSchema),
  "clients.update": method(
    configure,
    named.extend({
      newName: z.string().optional(),
      profile: z.string().nullable().optional(),
      labels: labelsSchema.optional(),
    }),
    z.object({ client: clientSchema }),
  ),

  "profiles.list": method(
    read,
    nothing,
    z.object({
      profiles: z.array(
        z.object({ name: z.string(), profile: profileSchema, clients: z.int(), seen: seenSchema }),
      ),
    }),
  ),
  /** What a profile that is not saved would show. */
  "profiles.preview": method(
    read,
    z.object({ profile: profileSchema }),
    seenSchema.extend({
      /** By their servers' own names, in the order in which clients see them. */
      toolList: z.array(z.object({ server: z.string(), name: z.string() })),
    }),
  ),
  "profiles.set": method(configure, named.extend({ profile: profileSchema }), done),
  /** Refused while a living client has it. */
  "profiles.remove": method(configure, named, done),

  /** Newest first; `before` is the id of the last entry already seen, `search` a substring of act or detail. */
  "audit.list": method(
    read,
    z.object({
      search: z.string().max(200).optional(),
      limit: z.int().min(1).max(1_000).default(100),
      before: z.int().optional(),
    }),
    z.object({ entries: z.array(auditEntrySchema), more: z.boolean() }),
  ),

  "rules.list": method(
    read,
    nothing,
    z.object({
      rules: z.array(ruleViewSchema),
      fallback: z.enum(["ask", "allow", "deny"]),
      /** What no rule can overrule, in words. */
      builtIn: z.array(z.string()),
      presets: z.array(
        z.object({ key: z.string(), label: z.string(), words: z.string(), rules: z.array(ruleSchema) }),
      ),
    }),
  ),
  "rules.add": method(
    configure,
    z.object({ rule: ruleSchema, at: z.int().min(0).optional() }),
    ruleViewSchema,
  ),
  "rules.replace": method(configure, z.object({ id: z.string(), rule: ruleSchema }), ruleViewSchema),
  "rules.remove": method(configure, z.object({ id: z.string() }), done),
  "rules.move": method(configure, z.object({ id: z.string(), to: z.int().min(0) }), done),
  /** What a rule says, in words; a rule that cannot be used is an error that names the member. */
  "rules.words": method(read, z.object({ rule: ruleSchema }), z.object({ words: z.string() })),
  /** What would happen to a call; `rules` is a draft to test instead of those in force. */
  "rules.test": method(
    read,
    z.object({
      client: z.string(),
      server: z.string(),
      tool: z.string(),
      method: z.string().default("tools/call"),
      /** Raw JSON of the arguments. */
      arguments: z.string().max(1_000_000).default("{}"),
      project: z.string().nullable().default(null),
      rules: z.array(ruleSchema).max(10_000).optional(),
    }),
    ruleTestSchema,
  ),
  /** The same over the recorded tool calls since a time (milliseconds since the epoch), the newest 10,000 at most. */
  "rules.replay": method(
    read,
    z.object({ since: z.number(), rules: z.array(ruleSchema).max(10_000).optional() }),
    z.object({
      calls: z.int(),
      allowed: z.int(),
      asked: z.int(),
      denied: z.int(),
      /** Calls whose decision would be another than with the rules in force, newest first, 100 at most. */
      changed: z.array(
        z.object({
          id: z.int(),
          server: z.string().nullable(),
          tool: z.string().nullable(),
          inForce: z.enum(["allow", "ask", "deny"]),
          proposed: z.enum(["allow", "ask", "deny"]),
        }),
      ),
    }),
  ),
  "grants.list": method(read, nothing, z.object({ grants: z.array(grantSchema) })),
  "grants.revoke": method(read, z.object({ id: z.string() }), done),

  /** What is held back of all servers, or of one. */
  "pins.list": method(
    read,
    z.object({ server: z.string().optional() }),
    z.object({ held: z.array(heldSchema) }),
  ),
  "pins.accept": method(configure, z.object({ ids: z.array(z.string()).min(1).max(1_000) }), done),

  /** Newest first; `before` is the id of the last row already seen. */
  "calls.list": method(
    read,
    z.object({
      filter: callFilterSchema.default({}),
      limit: z.int().min(1).max(1_000).default(50),
      before: z.int().optional(),
    }),
    z.object({
      calls: z.array(callSummarySchema),
      more: z.boolean(),
      /** How far a search for a text reached; only where one was searched for. */
      searched: searchedSchema.optional(),
    }),
  ),
  /** How many calls a filter finds. Refused where it seeks a text: who that finds is only known by reading. */
  "calls.count": method(read, z.object({ filter: callFilterSchema.default({}) }), callCountsSchema),
  "calls.get": method(
    read,
    z.object({
      id: z.int(),
      maxBytes: z
        .int()
        .min(0)
        .max(64 * 1024 * 1024)
        .default(1024 * 1024),
    }),
    callDetailSchema,
  ),

  /**
   * What agents did, as runs: the calls of a client's session without a long pause. Newest first; `before` is what an
   * earlier answer gave as `next`. Only so many calls are looked through at a time.
   */
  "runs.list": method(
    read,
    z.object({ client: z.string().optional(), before: z.int().optional() }),
    z.object({ runs: z.array(runSummarySchema), next: z.int().nullable() }),
  ),
  /** The run that a call is in. */
  "runs.get": method(read, z.object({ call: z.int() }), runDetailSchema),

  /** Calls over time, at most 300 buckets; `by` tells the busiest apart as well. */
  "metrics.series": method(
    read,
    metricsSpan.extend({ by: metricsDimensionSchema.optional() }),
    metricsSeriesSchema,
  ),
  /** How many calls took how long over time. */
  "metrics.heatmap": method(read, metricsSpan, metricsHeatmapSchema),
  /** The slowest and the most failing tools, beside the span of the same length before. */
  "metrics.top": method(
    read,
    metricsSpan.extend({ limit: z.int().min(1).max(100).default(10) }),
    metricsTopSchema,
  ),

  /**
   * Calls a tool as the person ("you"): the playground, or a recorded call again. It is asked about like a call that no
   * rule covers; in the desktop's own window a tool that says it only reads is not. `answer` is the JSON-RPC response.
   */
  "calls.make": method(
    read,
    z.object({
      /** Names the call while it is under way. */
      key: z.string().min(1).max(100),
      server: z.string(),
      /** By its server's own name. */
      tool: z.string(),
      /** Raw JSON of an object. */
      arguments: z.string().max(16_000_000).default("{}"),
      project: z.string().nullable().default(null),
    }),
    z.object({ id: z.int().nullable(), status: callStatusSchema, answer: z.string().nullable() }),
  ),
  /** Stops such a call. */
  "calls.stop": method(read, z.object({ key: z.string() }), done),
  /** The next piece of what a filter finds, as a file; begin without `before`, go on with `next`. */
  "calls.export": method(
    read,
    z.object({
      filter: callFilterSchema.default({}),
      format: exportFormatSchema,
      before: z.int().optional(),
    }),
    exportPieceSchema,
  ),
  /** Lines of a JSONL export, into the history; their sessions are marked as imported. */
  "calls.import": method(
    operate,
    z.object({ text: z.string().max(200_000_000) }),
    z.object({ imported: z.int(), problems: z.array(importProblemSchema) }),
  ),
  /** Recorded calls as a fixture that `gatehouse mock` serves. */
  "calls.fixture": method(
    read,
    z.object({ ids: z.array(z.int()).min(1).max(10_000) }),
    z.object({ text: z.string(), calls: z.int(), problems: z.array(z.string()) }),
  ),

  /** What tool definitions, arguments and results take in tokens, estimated, by client and day. */
  "metrics.cost": method(read, z.object({ from: z.number().min(0), to: z.number().min(0) }), costSchema),

  /** Follows the hash chain over all calls: whether any was altered, removed or moved. Tells `historyProgressed`. */
  "calls.verify": method(read, nothing, callsVerifiedSchema),
  /** How far the chain and the text index have come. */
  "calls.state": method(read, nothing, historyStateSchema),
  /** Copies the database, in use as it is, to a new file (an absolute path), for the owner alone. */
  "calls.backup": method(
    operate,
    z.object({ file: z.string().min(1).max(4_096) }),
    z.object({ file: z.string(), bytes: z.int() }),
  ),

  "questions.list": method(read, nothing, z.object({ pending: z.array(questionSchema) })),
  /** Asks for a change; it waits as a question until somebody with the right to make it answers. */
  "questions.ask": method(read, z.object({ change: changeSchema }), z.object({ id: z.string() })),
  /** Anybody may deny; the permission here is for denying, allowing is `configure` (see ALLOW_GRANTS). */
  "questions.answer": method(
    read,
    z.object({
      id: z.string(),
      answer: answerSchema,
      reason: z.string().max(1_000).optional(),
      /** With "approve" of a server that is to be added: as in `servers.add`. The asker cannot ask for it. */
      trust: z.boolean().default(false),
      /** With "allow-session", "allow-hour" and "allow-always": the key of the narrowing (or offer) to grant. */
      narrowing: z.string().optional(),
      /** With an allow of a call: the arguments to send instead, raw JSON; they go through schema and rules again. */
      arguments: z.string().max(16_000_000).optional(),
      /** With "approve" of a pairing: the profile and the name that the client gets. */
      profile: z.string().nullable().optional(),
      name: z.string().optional(),
    }),
    done,
  ),

  /** Names, never values; also those that a server needs and nobody has set. Does not open the store. */
  "secrets.list": method(
    read,
    nothing,
    z.object({ store: z.enum(["keychain", "file"]), secrets: z.array(secretSchema) }),
  ),
  /** Opens the store to find out whether it can be used. */
  "secrets.status": method(read, nothing, secretStoreSchema),
  /** The servers that run with it are started anew, one after the other. */
  "secrets.set": method(
    configure,
    named.extend({ value: secretValueSchema }),
    z.object({
      restarted: z.array(z.string()),
      /** Whether it is taken out of logs and results: not when it is too short to be told from other text. */
      redacted: z.boolean(),
    }),
  ),
  /** `servers` are those that still name it. */
  "secrets.remove": method(configure, named, z.object({ servers: z.array(z.string()) })),
  /** Opens the file store until the hub ends. Where no passphrase was chosen yet this one is, which takes `configure`. */
  "secrets.unlock": method(operate, z.object({ passphrase: passphraseSchema }), done),

  "settings.get": method(read, nothing, settingsSchema),
  "settings.set": method(
    configure,
    z.object({
      port: z.int().min(0).max(65_535).optional(),
      consentDefault: z.enum(["ask", "allow", "deny"]).optional(),
      secretStore: z.enum(["keychain", "file"]).optional(),
    }),
    settingsSchema,
  ),
} as const;

/** Who may answer a question with anything but "deny". */
export const ALLOW_GRANTS: Grants = configure;

export type Methods = typeof methods;
export type Method = keyof Methods;
/** What a caller writes (before defaults) and what the hub gets (after them). */
export type Params<M extends Method> = z.input<Methods[M]["params"]>;
export type ParsedParams<M extends Method> = z.output<Methods[M]["params"]>;
export type Result<M extends Method> = z.output<Methods[M]["result"]>;

/** Broadcasts: each tells that something has changed, in the past tense. */
export const broadcasts = {
  hubChanged: hubSchema,
  /** One check of a diagnosis is done, of `total`. */
  diagnosisProgressed: z.object({ run: z.string(), check: diagnosisCheckSchema, total: z.int() }),
  serverChanged: serverSummarySchema,
  serverRemoved: named,
  signInChanged: signInSchema,
  /** Who is signed in to a server, or how that stands. */
  accountsChanged: named,
  /** A sign-in has come to its end, and the person has to sign in again; told once. */
  signInNeeded: z.object({ server: z.string(), account: z.string(), reason: z.string() }),
  serverLogged: z.object({ name: z.string(), lines: z.array(logLineSchema) }),
  /** Batched: at most a few a second, however many calls arrive; `dropped` rows were left out of the batch. */
  callsRecorded: z.object({ calls: z.array(callSummarySchema), dropped: z.int() }),
  /** The text index has come further, at most once a second. */
  historyChanged: historyStateSchema,
  historyProgressed: z.object({ work: z.enum(["verify", "backup"]), done: z.int(), of: z.int() }),
  clientChanged: clientSchema,
  questionAsked: questionSchema,
  /** An open question has changed: more calls wait for it, or its deadline moved. */
  questionChanged: questionSchema,
  /** `withdrawn` is why nobody need answer any more, where nobody did ("the client gave up"). */
  questionAnswered: z.object({
    id: z.string(),
    answer: answerSchema,
    by: roleSchema,
    withdrawn: z.string().optional(),
  }),
  settingsChanged: settingsSchema,
  /** One was set or removed, or the store opened. */
  secretsChanged: nothing,
  profilesChanged: nothing,
  /** Rules, grants or the counts of their uses. */
  rulesChanged: nothing,
  pinsChanged: z.object({ server: z.string(), held: z.int() }),
  auditRecorded: auditEntrySchema,
} as const;
export type Broadcast = keyof typeof broadcasts;
export type BroadcastData<B extends Broadcast> = z.output<(typeof broadcasts)[B]>;

/** Handshake, message 1, caller → hub: a random challenge (hex, 32 bytes) that only the home's hub can answer. */
export const helloSchema = z.object({
  hello: z.literal("gatehouse-control/1"),
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
});
/** Message 2, hub → caller: HMAC-SHA256(home key, "gatehouse-control/1:" + challenge), hex. */
export const proofSchema = z.object({ proof: z.string() });
/** Message 3, caller → hub: its token, or the one-time code of /ui/. Never in a URL. */
export const loginSchema = z.union([z.object({ token: z.string() }), z.object({ code: z.string() })]);
/** Message 4, hub → caller: the role; `token` lets a browser that came with a code reconnect. Else an error and close. */
export const welcomeSchema = z.object({ role: roleSchema, token: z.string().optional() });
export const refusalSchema = z.object({ refused: z.string() });

/** run.json in the home folder: where the running hub is, for the same user's CLI and desktop. */
export const runFileSchema = z.object({
  pid: z.int(),
  port: z.int(),
  url: z.string(),
  token: z.string(),
  version: z.string(),
  startedAt: z.string(),
});
export type RunFile = z.infer<typeof runFileSchema>;
