/** A profile as the editor holds it: every list as text, a pattern a line. */
import type { Profile } from "../../../shared/model/config.ts";

export const KINDS = ["tools", "resources", "prompts"] as const;
export type Kind = (typeof KINDS)[number];

export interface FilterDraft {
  /** Null admits all. */
  readonly allow: string | null;
  readonly deny: string;
}
/** The limits of one server; "*" is every server without limits of its own. */
export interface ServerDraft {
  readonly server: string;
  readonly filters: Readonly<Record<Kind, FilterDraft>>;
}
export interface ProfileDraft {
  /** Null is every server. */
  readonly servers: string | null;
  readonly readOnly: boolean;
  readonly limits: readonly ServerDraft[];
  /** The account by server, where it is not "default". */
  readonly accounts: Readonly<Record<string, string>>;
}

const NO_FILTER: FilterDraft = { allow: null, deny: "" };
/** The limits of a server that was just added to a profile. */
export const noLimits = (server: string): ServerDraft => ({
  server,
  filters: { tools: NO_FILTER, resources: NO_FILTER, prompts: NO_FILTER },
});

const text = (patterns: readonly string[]): string => patterns.join("\n");
/** The patterns of a text: a line each, without the empty ones. */
export const patternsOf = (lines: string): string[] =>
  lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** What the editor starts from. */
export function draftOf(profile: Profile): ProfileDraft {
  const servers = new Set(KINDS.flatMap((kind) => Object.keys(profile[kind])));
  const filter = (server: string, kind: Kind): FilterDraft => {
    const found = Object.hasOwn(profile[kind], server) ? profile[kind][server] : undefined;
    return {
      allow: found?.allow === undefined ? null : text(found.allow),
      deny: text(found?.deny ?? []),
    };
  };
  return {
    servers: profile.servers === undefined ? null : text(profile.servers),
    readOnly: profile.readOnly,
    accounts: profile.accounts ?? {},
    limits: [...servers].map((server) => ({
      server,
      filters: {
        tools: filter(server, "tools"),
        resources: filter(server, "resources"),
        prompts: filter(server, "prompts"),
      },
    })),
  };
}

/** The profile that a draft means. An allow list without a pattern admits nothing; limits that limit nothing go. */
export function profileOf({ servers, readOnly, limits, accounts }: ProfileDraft): Profile {
  const filters = (kind: Kind): Profile["tools"] =>
    Object.fromEntries(
      limits.flatMap(({ server, filters }) => {
        const { allow, deny } = filters[kind];
        const denied = patternsOf(deny);
        if (allow === null && denied.length === 0) return [];
        return [
          [
            server,
            {
              ...(allow === null ? {} : { allow: patternsOf(allow) }),
              ...(denied.length === 0 ? {} : { deny: denied }),
            },
          ],
        ];
      }),
    );
  return {
    ...(servers === null ? {} : { servers: patternsOf(servers) }),
    tools: filters("tools"),
    resources: filters("resources"),
    prompts: filters("prompts"),
    readOnly,
    ...(Object.keys(accounts).length === 0 ? {} : { accounts: { ...accounts } }),
  };
}
