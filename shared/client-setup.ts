/**
 * How each AI client is told about the hub. The renderer shows it with a placeholder for the token; the desktop's main
 * process makes the same text with the real one and puts it on the clipboard.
 */
import { z } from "zod";

export const clientKindSchema = z.enum([
  "claude-code",
  "claude-desktop",
  "cursor",
  "vscode",
  "codex",
  "gemini",
  "opencode",
]);
export type ClientKind = z.infer<typeof clientKindSchema>;

export interface ClientSetup {
  /** The product's name. */
  readonly label: string;
  /** "command": run it in a terminal; otherwise merge it into `place`. */
  readonly form: "command" | "json" | "toml";
  /** Where the text goes, in words for the person. */
  readonly place: string;
  readonly text: string;
  /** The client runs `gatehouse connect`, which keeps its token itself: none is in the text. */
  readonly stdio?: true;
}

/** Where the hub is, for its clients. */
export interface HubSetup {
  /** http://127.0.0.1:PORT/mcp */
  readonly url: string;
  /** The home folder, absolute. */
  readonly home: string;
  /** The name of the client's identity, for clients on stdio. */
  readonly client?: string | undefined;
}

/** The command of a home for clients that speak only stdio; the hub writes it at every start. */
export function connectShim(home: string): string {
  const isWindows = /^([A-Za-z]:|\\\\)/.test(home);
  return isWindows
    ? `${home}\\bin\\gatehouse-connect.cmd`
    : `${home.replace(/\/$/, "")}/bin/gatehouse-connect`;
}

/** Stands in for the token where it must not be shown. */
export const TOKEN_PLACEHOLDER = "<token>";

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The command line or configuration that connects one client to the hub. */
export function clientSetup(
  kind: ClientKind,
  { url, home, client = kind }: HubSetup,
  token: string = TOKEN_PLACEHOLDER,
): ClientSetup {
  const bearer = `Bearer ${token}`;
  const headers = { Authorization: bearer };
  switch (kind) {
    case "claude-code":
      return {
        label: "Claude Code",
        form: "command",
        place: "Run in a terminal",
        text: `claude mcp add --scope user --transport http gatehouse ${url} --header "Authorization: ${bearer}"`,
      };
    case "claude-desktop":
      return {
        label: "Claude Desktop",
        form: "json",
        place: "Add to claude_desktop_config.json (Settings, Developer, Edit Config), then start it anew",
        text: json({ mcpServers: { gatehouse: { command: connectShim(home), args: ["--client", client] } } }),
        stdio: true,
      };
    case "cursor":
      return {
        label: "Cursor",
        form: "json",
        place: "Add to ~/.cursor/mcp.json",
        text: json({ mcpServers: { gatehouse: { url, headers } } }),
      };
    case "vscode":
      return {
        label: "VS Code",
        form: "json",
        place: "Add to mcp.json (command “MCP: Open User Configuration”)",
        text: json({ servers: { gatehouse: { type: "http", url, headers } } }),
      };
    case "codex":
      return {
        label: "Codex",
        form: "toml",
        place: "Add to ~/.codex/config.toml",
        text: `[mcp_servers.gatehouse]\nurl = "${url}"\nhttp_headers = { Authorization = "${bearer}" }`,
      };
    case "gemini":
      return {
        label: "Gemini CLI",
        form: "command",
        place: "Run in a terminal",
        text: `gemini mcp add --scope user --transport http gatehouse ${url} --header "Authorization: ${bearer}"`,
      };
    case "opencode":
      return {
        label: "opencode",
        form: "json",
        place: "Add to ~/.config/opencode/opencode.json",
        text: json({ mcp: { gatehouse: { type: "remote", url, enabled: true, oauth: false, headers } } }),
      };
  }
}

/** The names of the clients that `clientSetup` knows, in the order to show them. */
export const CLIENT_KINDS: readonly ClientKind[] = clientKindSchema.options;
