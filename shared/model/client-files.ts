/** Where the known clients keep the configuration of their MCP servers: what an agent must not reach by a tool. */

/** What the places of files depend on. */
export interface ClientFilesSurroundings {
  /** As process.platform names it. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
}

export interface ClientFile {
  readonly client: string;
  /** The whole path, in the platform's own form. */
  readonly path: string;
}

/** A project's own configuration of a client, as the last names of its path. */
export interface ProjectFile {
  readonly client: string;
  readonly names: readonly string[];
}

/** Files that a client reads in every project's folder. */
export const PROJECT_FILES: readonly ProjectFile[] = [
  { client: "Claude Code", names: [".mcp.json"] },
  { client: "Cursor", names: [".cursor", "mcp.json"] },
  { client: "VS Code", names: [".vscode", "mcp.json"] },
];

/** The user's own configuration files of the known clients. */
export function clientFiles({ platform, env, homedir }: ClientFilesSurroundings): ClientFile[] {
  const windows = platform === "win32";
  const join = (...parts: string[]): string => parts.join(windows ? "\\" : "/");
  const home = (...parts: string[]): string => join(homedir, ...parts);
  const set = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
  const config = set(env.XDG_CONFIG_HOME) ?? home(".config");
  /** Where desktop applications keep their data. */
  const data = windows
    ? (set(env.APPDATA) ?? home("AppData", "Roaming"))
    : platform === "darwin"
      ? home("Library", "Application Support")
      : config;
  return [
    { client: "Claude Desktop", path: join(data, "Claude", "claude_desktop_config.json") },
    { client: "Claude Code", path: home(".claude.json") },
    { client: "Cursor", path: home(".cursor", "mcp.json") },
    { client: "VS Code", path: join(data, "Code", "User", "mcp.json") },
    { client: "Windsurf", path: home(".codeium", "windsurf", "mcp_config.json") },
    { client: "Codex", path: join(set(env.CODEX_HOME) ?? home(".codex"), "config.toml") },
    { client: "Gemini CLI", path: home(".gemini", "settings.json") },
    { client: "opencode", path: join(config, "opencode", "opencode.json") },
    { client: "Zed", path: join(windows ? data : config, windows ? "Zed" : "zed", "settings.json") },
  ];
}
