import type { Client } from "../../shared/model/client.ts";

/** Clients that are there, idle, never seen and revoked. */
export function sampleClients(): Client[] {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const client = (
    name: string,
    seen: number | null,
    sessions: number,
    more: Partial<Client> = {},
  ): Client => ({
    id: `c-${name}`,
    name,
    claimedName: null,
    icon: null,
    via: "token",
    profile: null,
    labels: {},
    createdAt: ago(40_000),
    lastSeenAt: seen === null ? null : ago(seen),
    revokedAt: null,
    sessions,
    ...more,
  });
  return [
    client("claude-code", 0, 2, {
      claimedName: "claude-code",
      icon: "claude-code",
      labels: { environment: "test", team: "web" },
    }),
    client("cursor", 4, 1, {
      profile: "work",
      claimedName: "cursor-vscode",
      icon: "cursor",
      via: "pairing",
      labels: { team: "platform" },
    }),
    client("vscode", 190, 0, { claimedName: "Visual Studio Code", icon: "vscode", via: "pairing" }),
    client("opencode", null, 0),
    client("old-laptop", 30_000, 0, { revokedAt: ago(20_000) }),
  ];
}
