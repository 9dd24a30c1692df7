/**
 * The hub's side of pairing: the question "Allow … to connect?", and the identity that a client gets when it is
 * allowed. The same OAuth client gets the same identity at its next login; another one of the same name another.
 */
import { createHash, createHmac } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Pairing, Seen } from "../../../shared/model/consent.ts";
import type { Question } from "../../../shared/model/question.ts";
import { visible } from "../../../shared/visible.ts";
import type { Actor, Audit } from "../audit.ts";
import type { Emit } from "../control/broadcaster.ts";
import type { Caller } from "../control/control-endpoint.ts";
import { type Given, newQuestionId, Questions } from "../control/questions.ts";
import type { Identities } from "../identities.ts";
import type { OAuthStore, PairingEndpoint, PairingRequest, PairingVerdict } from "../ports/pairing.ts";
import type { StoredClient } from "../ports/storage.ts";
import { suggestName } from "./suggest-name.ts";

/** How long the person has, in milliseconds. */
const ANSWER_WITHIN = 5 * 60_000;
/** How long a registration is kept after its client was revoked: it may ask again. */
const REGISTRATION_AFTER_REVOKING = 7 * 24 * 60 * 60_000;
/** After so many denials in a row within the time, who asked is not asked about again for as long. */
const MOST_DENIALS = 3;
/** Most open questions of this kind, over all programs. */
const MOST_OPEN = 5;
const DENIALS_WITHIN = 10 * 60_000;

export interface PairingDeps {
  readonly homeKey: Uint8Array;
  readonly store: OAuthStore;
  readonly identities: Identities;
  readonly questions: Questions;
  readonly emit: Emit;
  readonly audit: Audit;
  /** Changes a client as `clients.update` does, rules that name it included. */
  readonly update: (
    name: string,
    change: { newName?: string; profile?: string | null },
    caller: Caller,
  ) => Promise<unknown>;
  /** The names of the profiles there are. */
  readonly profiles: () => readonly string[];
  /** What a profile shows; null is everything. */
  readonly seen: (profile: string | null) => Seen;
}

/** Pairing, as the listener uses it and as the rest of the hub does. */
export interface PairingDesk extends PairingEndpoint {
  /** A client was revoked: its grants and tokens are worth nothing from now on. */
  clientRevoked(client: StoredClient): void;
  /** Denies what is open; for the end of the hub. */
  close(): void;
}

interface Open {
  readonly question: Question;
  readonly request: PairingRequest;
  end(verdict: PairingVerdict): void;
}

/** Creates the desk; nothing is loaded or stored before somebody asks. */
export function createPairing(deps: PairingDeps): PairingDesk {
  const { identities, questions, store, emit, audit } = deps;
  const open = new Map<string, Open>();
  const denials = new Map<string, number[]>();

  const living = (id: string | undefined): StoredClient | undefined => {
    const found = id === undefined ? undefined : identities.byId(id);
    return found?.revokedAt === null ? found : undefined;
  };

  const withdraw = ({ question, end }: Open): void => {
    if (!questions.withdraw(question.id)) return;
    emit("questionAnswered", { id: question.id, answer: "deny", by: "owner" });
    if (question.pairing !== null)
      audit.happened(
        BY_NOBODY,
        "pair.deny",
        `${describe(question.pairing)}: nobody answered while it waited`,
      );
    end({ allowed: false });
  };

  const ask: PairingEndpoint["ask"] = (request) => {
    const asker = askerOf(request);
    for (const other of [...open.values()]) {
      // The same client again: its browser page was closed, or opened twice. The newer page is the one that counts.
      if (other.request.oauthClient === request.oauthClient && other.request.issuer === request.issuer)
        withdraw(other);
      else if (askerOf(other.request) === asker)
        throw new GatehouseError(
          "bad_request",
          "another request of the same program waits for an answer",
          "Answer that one first.",
        );
    }
    if (open.size >= MOST_OPEN)
      throw new GatehouseError("bad_request", "too many programs wait for an answer", "Try again later.");
    const since = Date.now() - DENIALS_WITHIN;
    for (const [key, times] of denials) if (times.every((at) => at <= since)) denials.delete(key);
    if ((denials.get(asker) ?? []).filter((at) => at > since).length >= MOST_DENIALS)
      throw new GatehouseError(
        "bad_request",
        "the person has refused this program several times",
        "Try again in some minutes.",
      );
    const existing = living(store.identityOf(request.issuer, request.oauthClient));
    const pairing = detailsOf(request, existing, deps);
    const question = questionOf(pairing, request.warnings);
    let end: Open["end"] = () => {};
    const verdict = new Promise<PairingVerdict>((resolve) => {
      end = (given) => {
        clearTimeout(timer);
        open.delete(question.id);
        resolve(given);
      };
    });
    const entry: Open = { question, request, end };
    const timer = setTimeout(() => withdraw(entry), ANSWER_WITHIN).unref();
    questions.put(question, {
      check: (given) => checkAnswer(given, existing, deps),
      async settle(given) {
        if (!Questions.allows(given.answer)) {
          denials.set(asker, [...(denials.get(asker) ?? []).filter((at) => at > since), Date.now()]);
          audit.record(actorOf(given), "pair.deny", describe(pairing));
          end({ allowed: false });
          return;
        }
        denials.delete(asker);
        try {
          const client = await admit(request, pairing, given);
          audit.record(actorOf(given), "pair.approve", `${client.name}: ${describe(pairing)}`);
          end({ allowed: true, client: client.id });
        } catch (error) {
          // Whoever answered is told why; the program that waits must not be left waiting.
          end({ allowed: false });
          throw error;
        }
      },
    });
    open.set(question.id, entry);
    audit.record(
      {
        role: "client",
        remotePid: pairing.process?.pid ?? null,
        executable: pairing.process?.executable ?? null,
      },
      "pair.ask",
      describe(pairing),
    );
    emit("questionAsked", question);
    return { question: question.id, verdict, withdraw: () => withdraw(entry) };
  };

  /** Gives the identity: the one that this OAuth client has, changed as the person wants it, or a new one. */
  const admit = async (request: PairingRequest, pairing: Pairing, given: Given): Promise<StoredClient> => {
    const existing = living(store.identityOf(request.issuer, request.oauthClient));
    const name = given.name ?? existing?.name ?? freeName(request.claimedName, identities);
    const profile = given.profile === undefined ? (pairing.choices[0]?.profile ?? null) : given.profile;
    const client = existing ?? identities.add(name, profile, "pairing", request.claimedName || null);
    const change = {
      ...(name === client.name ? {} : { newName: name }),
      ...(profile === client.profile ? {} : { profile }),
    };
    if (Object.keys(change).length > 0) await deps.update(client.name, change, given.caller);
    const registration = createHash("sha256").update(request.oauthClient).digest();
    store.bind(request.issuer, request.oauthClient, registration, client.id);
    return identities.byId(client.id) ?? client;
  };

  return {
    cookieKey: createHmac("sha256", deps.homeKey).update("pairing-cookies").digest(),
    store,
    isAlive: (id) => living(id) !== undefined,
    tokenIssued: ({ hash, client, audience, expiresAt }) =>
      identities.addToken(client, hash, expiresAt, audience),
    tokenRevoked: (hash) => identities.removeToken(hash),
    ask,
    clientRevoked(client) {
      if (client.via === "pairing") store.removeOfClient(client.id, Date.now() + REGISTRATION_AFTER_REVOKING);
    },
    close() {
      for (const entry of [...open.values()]) withdraw(entry);
    },
  };
}

const BY_NOBODY: Actor = { role: "hub", remotePid: null, executable: null };

/** Whom an open question and denials are counted for: the process, where the system tells it. */
const askerOf = ({ process, issuer, oauthClient }: PairingRequest): string =>
  process === null ? `${issuer} ${oauthClient}` : String(process.pid);

const actorOf = ({ caller }: Given): Actor => caller;

const freeName = (claimed: string, identities: Identities): string =>
  suggestName(claimed, (name) => identities.find(name) !== undefined);

function detailsOf(request: PairingRequest, existing: StoredClient | undefined, deps: PairingDeps): Pairing {
  const { process, processFrom, claimedName, clientUrl, redirectUri, redirectHost } = request;
  const profiles: (string | null)[] = [null, ...deps.profiles()];
  const current = existing?.profile ?? null;
  const ordered = profiles.includes(current)
    ? [current, ...profiles.filter((profile) => profile !== current)]
    : profiles;
  return {
    process,
    processFrom,
    claimedName,
    clientUrl,
    redirectUri,
    redirectHost,
    suggestedName: existing?.name ?? freeName(claimedName, deps.identities),
    choices: ordered.map((profile) => ({ profile, seen: deps.seen(profile) })),
  };
}

function questionOf(pairing: Pairing, more: readonly string[]): Question {
  const now = Date.now();
  const { claimedName, process, processFrom } = pairing;
  const warnings = more.map(visible);
  if (process === null) warnings.push("The system does not tell which program asks.");
  else if (processFrom === "refused")
    warnings.push(
      "The program shown is the last one whose request was refused: likely the one that asks, but not for sure.",
    );
  return {
    id: newQuestionId(),
    kind: "pair",
    client: null,
    server: null,
    tool: null,
    arguments: null,
    askedAt: new Date(now).toISOString(),
    deadline: new Date(now + ANSWER_WITHIN).toISOString(),
    title: `Allow ${claimedName === "" ? "a program without a name" : `“${visible(claimedName)}”`} to connect?`,
    change: null,
    launch: null,
    warnings,
    call: null,
    pairing,
    held: null,
  };
}

/** Refuses an approval that cannot be carried out, while the question is still open. */
function checkAnswer(given: Given, existing: StoredClient | undefined, deps: PairingDeps): void {
  if (!Questions.allows(given.answer)) return;
  if (given.answer !== "approve")
    throw new GatehouseError(
      "bad_request",
      "a client that wants to connect is approved or denied",
      "Use: gatehouse answer ID approve",
    );
  if (typeof given.profile === "string" && !deps.profiles().includes(given.profile))
    throw new GatehouseError(
      "not_found",
      `there is no profile named ${given.profile}`,
      "Add it to gatehouse.json first, or approve without one.",
    );
  if (given.name !== undefined) deps.identities.checkName(given.name, existing?.id);
}

/** For the audit log. */
function describe({ claimedName, clientUrl, redirectHost, process }: Pairing): string {
  const program =
    process === null ? "an unknown program" : `${process.executable ?? process.name ?? "?"} (${process.pid})`;
  const document = clientUrl === null ? "" : `, described by ${clientUrl}`;
  return `“${visible(claimedName)}” of ${program}, returning to ${redirectHost}${document}`;
}
