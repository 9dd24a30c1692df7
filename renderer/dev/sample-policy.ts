/** Sample rules, grants, profiles and administrative acts for developing the renderer without a hub. */
import type { AuditEntry } from "../../shared/model/audit.ts";
import type { ClientSession } from "../../shared/model/client.ts";
import { type Profile, profileSchema, type Rule } from "../../shared/model/config.ts";
import type { Grant, RuleView } from "../../shared/model/consent.ts";

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const rule = (index: number, words: string, rule: Rule, uses: number, minutes: number | null): RuleView => ({
  id: rule.id ?? `h-${index}c0ffee`,
  index,
  rule,
  words,
  uses,
  lastUsedAt: minutes === null ? null : ago(minutes),
});

/** Rules of each decision, one of them with a condition on arguments, in the order of the file. */
export const sampleRules = (): RuleView[] => [
  rule(
    0,
    'Deny the tool "write_*" of the server "files" from the client "cursor".',
    {
      id: "r-1",
      client: "cursor",
      server: "files",
      tool: "write_*",
      decision: "deny",
      madeBy: "person",
      madeAt: ago(9_000),
      note: "Cursor edits files by itself.",
    },
    14,
    35,
  ),
  rule(
    1,
    'Allow the tool "*_file" of the server "files" for the client "claude-code" if "path" is under "~/proj", and every other path too.',
    {
      id: "r-2",
      client: "claude-code",
      server: "files",
      tool: "*_file",
      args: [{ path: "/path", under: "~/proj" }],
      decision: "allow",
      madeBy: "consent popup",
      madeAt: ago(4_300),
    },
    1_204,
    2,
  ),
  rule(
    2,
    "Ask before every tool of any server that its server calls open to the world, or leaves that open, once the session has read content that may come from anybody.",
    {
      id: "preset-untrusted-outbound",
      method: "tools/call",
      annotations: { openWorld: true },
      after: { untrusted: true },
      decision: "ask",
      madeBy: "preset",
      madeAt: ago(12_000),
    },
    3,
    1_600,
  ),
  rule(
    3,
    'Allow everything of the server "everything".',
    { server: "everything", decision: "allow" },
    8_411,
    0,
  ),
  rule(
    4,
    'Allow the tool "search_*" of the server "github" until 2027-01-31T18:00:00Z.',
    {
      id: "r-5",
      server: "github",
      tool: "search_*",
      decision: "allow",
      scope: { until: "2027-01-31T18:00:00Z" },
      madeBy: "cli",
      madeAt: ago(60),
    },
    0,
    null,
  ),
];

/** A grant for a session, and one that runs out. */
export const sampleGrants = (): Grant[] => [
  {
    id: "g-1",
    client: "claude-code",
    session: "claude-code#2",
    words: 'Allow the tool "create_entities" of the server "memory" for the client "claude-code".',
    scope: "session",
    expiresAt: null,
    grantedAt: ago(18),
    uses: 6,
    lastUsedAt: ago(3),
  },
  {
    id: "g-2",
    client: "cursor",
    session: null,
    words: 'Allow the tool "get_pull_request_diff" of the server "github" for the client "cursor".',
    scope: "hour",
    expiresAt: new Date(Date.now() + 34 * 60_000).toISOString(),
    grantedAt: ago(26),
    uses: 2,
    lastUsedAt: ago(11),
  },
  {
    id: "g-3",
    client: "vscode",
    session: null,
    words: 'Allow the tool "write_file" of the server "files" with exactly these arguments, once.',
    scope: "once",
    expiresAt: new Date(Date.now() + 7 * 60_000).toISOString(),
    grantedAt: ago(3),
    uses: 0,
    lastUsedAt: null,
  },
];

/** A profile that only reads, and one with lists of what is allowed and denied. */
export const sampleProfiles = (): { name: string; profile: Profile }[] => [
  {
    name: "reading",
    profile: profileSchema.parse({ readOnly: true }),
  },
  {
    name: "work",
    profile: profileSchema.parse({
      servers: ["files", "github", "everything"],
      tools: { files: { deny: ["write_*", "move_*"] }, github: { allow: ["get_*", "search_*", "list_*"] } },
      resources: { files: { deny: ["file:///etc/*"] } },
    }),
  },
];

/** The open sessions of a client; those of an unknown one are none. */
export const sampleSessions = (client: string): ClientSession[] => {
  const session = (number: number, more: Partial<ClientSession>): ClientSession => ({
    label: `${client}#${number}`,
    revision: "2025-11-25",
    transport: "http",
    claimedName: `${client} 2.1.14`,
    process: {
      pid: 51_200 + number,
      name: "node",
      executable: "/home/ada/.local/share/claude/versions/2.1.14/claude",
      user: "ada",
    },
    scope: "all",
    project: "/home/ada/proj/shop",
    openedAt: ago(94),
    lastUsedAt: ago(number),
    running: number === 1 ? 2 : 0,
    ...more,
  });
  if (client === "claude-code")
    return [session(1, {}), session(2, { transport: "connect", project: null, scope: "server:files" })];
  return client === "cursor"
    ? [
        session(1, {
          claimedName: "cursor-vscode 1.0.0",
          process: null,
          scope: "profile:work",
          revision: "2025-06-18",
          running: 0,
        }),
      ]
    : [];
};

const ACTS: readonly (readonly [act: string, role: string, detail: string])[] = [
  ["pair.approve", "owner", "cursor: /usr/share/cursor/cursor (pid 50112, user ada)"],
  ["pair.ask", "client", "“Cursor” from /usr/share/cursor/cursor (pid 50112, user ada)"],
  ["rule.add", "owner", '{"id":"r-5","server":"github","tool":"search_*","decision":"allow"}'],
  ["question.ask", "viewer", 'Add the rule: Allow the tool "search_*" of the server "github".'],
  ["client.update", "owner", "cursor: profile none → work"],
  ["profile.set", "owner", 'work: {"servers":["files","github","everything"],"readOnly":false}'],
  ["server.restart", "operator", "postgres"],
  ["hub.pause", "viewer", ""],
  ["grant.revoke", "viewer", 'g-7 hour: Allow the tool "echo" of the server "everything".'],
  ["config.changed", "file", "what the server files runs\nthe rules"],
];

/** Administrative acts, newest first. */
export const sampleAudit = (count: number): AuditEntry[] =>
  Array.from({ length: count }, (_, index) => {
    const [act, role, detail] = ACTS[index % ACTS.length] ?? ["hub.pause", "viewer", ""];
    const known = role !== "client" && role !== "file";
    return {
      id: count - index,
      at: ago(index * 47 + 3),
      role,
      pid: known ? 48_000 + (index % 5) : null,
      executable: known
        ? role === "operator"
          ? "/usr/local/bin/gatehouse"
          : "/opt/Gatehouse/gatehouse-desktop"
        : null,
      act,
      detail,
    };
  });
