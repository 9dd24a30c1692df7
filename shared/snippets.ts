/**
 * How each known client is told about the hub. The desktop puts the finished text (with a token) on the clipboard;
 * the window shows the same text with a placeholder, so that no token ever reaches the page.
 */
import { z } from "zod";

export const clientKindSchema = z.enum([
  "claude-code",
  "cursor",
  "vscode",
  "codex",
  "gemini-cli",
  "opencode",
]);
export type ClientKind = z.infer<typeof clientKindSchema>;

/** Stands for the token wherever a snippet is shown instead of copied. */
export const TOKEN_PLACEHOLDER = "<token>";

export interface SnippetOptions {
  /** The endpoint, http://127.0.0.1:PORT/mcp. */
  readonly url: string;
  readonly token: string;
  /** The name the client lists the hub under. */
  readonly name?: string;
}

export interface Snippet {
  readonly kind: ClientKind;
  /** The client's own name, as its makers write it. */
  readonly title: string;
  readonly language: "shell" | "json" | "toml";
  /** Where the text goes, for a person. */
  readonly where: string;
  readonly text: string;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
/** A TOML basic string: JSON's escapes are a subset of TOML's, but for DEL. */
const toml = (value: string): string => JSON.stringify(value).replaceAll("\u007f", "\\u007F");

type Writer = (options: Required<SnippetOptions>) => Omit<Snippet, "kind">;

const writers: Record<ClientKind, Writer> = {
  "claude-code": ({ url, token, name }) => ({
    title: "Claude Code",
    language: "shell",
    where: "Run in a terminal",
    text: `claude mcp add --scope user --transport http ${name} ${url} --header "Authorization: Bearer ${token}"`,
  }),
  cursor: ({ url, token, name }) => ({
    title: "Cursor",
    language: "json",
    where: "~/.cursor/mcp.json",
    text: json({ mcpServers: { [name]: { url, headers: bearer(token) } } }),
  }),
  vscode: ({ url, token, name }) => ({
    title: "VS Code",
    language: "json",
    where: ".vscode/mcp.json, or the command “MCP: Open User Configuration”",
    text: json({ servers: { [name]: { type: "http", url, headers: bearer(token) } } }),
  }),
  codex: ({ url, token, name }) => ({
    title: "Codex",
    language: "toml",
    where: "~/.codex/config.toml",
    text: [
      `[mcp_servers.${name}]`,
      `url = ${toml(url)}`,
      `http_headers = { Authorization = ${toml(`Bearer ${token}`)} }`,
    ].join("\n"),
  }),
  "gemini-cli": ({ url, token, name }) => ({
    title: "Gemini CLI",
    language: "json",
    where: "~/.gemini/settings.json",
    text: json({ mcpServers: { [name]: { httpUrl: url, headers: bearer(token) } } }),
  }),
  opencode: ({ url, token, name }) => ({
    title: "opencode",
    language: "json",
    where: "~/.config/opencode/opencode.json",
    text: json({ mcp: { [name]: { type: "remote", url, enabled: true, headers: bearer(token) } } }),
  }),
};

function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

/** Every kind there is a snippet for, in the order to show them. */
export const CLIENT_KINDS: readonly ClientKind[] = clientKindSchema.options;

/**
 * The configuration that makes a client connect to the hub. Throws a RangeError for a name, URL or token with
 * characters that would mean something to a shell or a file format: nothing is ever quoted, it is refused.
 */
export function clientSnippet(kind: ClientKind, options: SnippetOptions): Snippet {
  const name = options.name ?? "gatehouse";
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) throw new RangeError("the name is not a plain word");
  if (!/^https?:\/\/[A-Za-z0-9.[\]:/_-]+$/.test(options.url))
    throw new RangeError("the URL is not a plain one");
  if (options.token !== TOKEN_PLACEHOLDER && !/^[A-Za-z0-9._~+/=-]+$/.test(options.token))
    throw new RangeError("the token is not a bearer token");
  return { kind, ...writers[kind]({ ...options, name }) };
}
