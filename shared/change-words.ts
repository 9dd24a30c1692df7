/** Changes of clients and profiles in words, alike for the window, the native dialogs and the command line. */
import type { Client, Labels } from "./model/client.ts";
import type { Profile } from "./model/config.ts";
import type { Change } from "./model/question.ts";

type ClientUpdate = Extract<Change, { type: "client.update" }>;

const quoted = (text: string): string => JSON.stringify(text);
const list = (texts: readonly string[]): string => texts.map(quoted).join(", ");

/** A client's profile as people are told it; without one it sees everything. */
const profileName = (profile: string | null): string => profile ?? "none (sees everything)";

/** "environment production, team core", or "none". */
function labelsInWords({ environment, team }: Labels): string {
  const parts = [
    ...(environment === undefined ? [] : [`environment ${environment}`]),
    ...(team === undefined ? [] : [`team ${team}`]),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** What an update of a client changes, a line for each: "profile: work → home". `before` is null when it is not known. */
export function clientUpdateInWords(
  before: Pick<Client, "name" | "profile" | "labels"> | null,
  { name, newName, profile, labels }: ClientUpdate,
): string[] {
  const changed = (what: string, from: string | undefined, to: string): string[] =>
    from === to ? [] : [from === undefined ? `${what}: ${to}` : `${what}: ${from} → ${to}`];
  return [
    ...(newName === undefined ? [] : changed("name", name, newName)),
    ...(profile === undefined
      ? []
      : changed("profile", before === null ? undefined : profileName(before.profile), profileName(profile))),
    ...(labels === undefined
      ? []
      : changed("labels", before === null ? undefined : labelsInWords(before.labels), labelsInWords(labels))),
  ];
}

const KINDS = ["tools", "resources", "prompts"] as const;

/** What a profile shows, a sentence for each part; what it does not mention is shown. */
export function profileInWords(profile: Profile): string[] {
  const { servers, readOnly } = profile;
  const lines = [
    servers === undefined
      ? "Sees every server."
      : servers.length === 0
        ? "Sees no server."
        : `Sees only the servers ${list(servers)}.`,
  ];
  if (readOnly) lines.push("Sees only tools that their server calls read-only.");
  for (const kind of KINDS)
    for (const [server, { allow, deny }] of Object.entries(profile[kind])) {
      const of = server === "*" ? "Of every other server" : `Of ${quoted(server)}`;
      if (allow !== undefined)
        lines.push(allow.length === 0 ? `${of}: no ${kind}.` : `${of}: only the ${kind} ${list(allow)}.`);
      if (deny !== undefined && deny.length > 0) lines.push(`${of}: never the ${kind} ${list(deny)}.`);
    }
  for (const [server, account] of Object.entries(profile.accounts ?? {}))
    lines.push(`Uses the account ${quoted(account)} of ${quoted(server)}.`);
  return lines;
}
