/**
 * How each AI client is told about the hub. The renderer shows it with a placeholder for the token; the desktop's main
 * process makes the same text with the real one and puts it on the clipboard.
 */
import { z } from "zod";

export const clientKindSchema = z.enum(["claude-code", "cursor", "vscode", "codex", "gemini", "opencode"]);
export type ClientKind = z.infer<typeof clientKindSchema>;

export interface ClientSetup {
  /** The product's name. */
  readonly label: string;
  /** "command": run it in a terminal; otherwise merge it into `place`. */
  readonly form: "command" | "json" | "toml";
  /** Where the text goes, in words for the person. */
  readonly place: string;
  readonly text: string;
}

/** Stands in for the token where it must not be shown. */
export const TOKEN_PLACEHOLDER = "<token>";

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The command line or configuration that connects one client to the hub at `url` (http://127.0.0.1:PORT/mcp). */
export function clientSetup(kind: ClientKind, url: string, token: string = TOKEN_PLACEHOLDER): ClientSetup {
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
