/**
 * Which drawing shows a client, by what it calls itself: its `clientInfo.name`, or the name it was paired with. Looked
 * at in this order, without case; a claim, so the drawing is no proof of who it is.
 */
const ICONS: readonly (readonly [part: RegExp, icon: string])[] = [
  [/claude[ _-]?code/, "claude-code"],
  [/^(claude|claude[ _-](ai|desktop))\b/, "claude-desktop"],
  [/cursor/, "cursor"],
  [/visual studio code|vs[ _-]?code/, "vscode"],
  [/windsurf|codeium/, "windsurf"],
  [/gemini/, "gemini-cli"],
  [/codex/, "codex"],
  [/chatgpt/, "chatgpt"],
  [/^zed\b/, "zed"],
  [/jetbrains|intellij/, "jetbrains"],
  [/copilot/, "copilot"],
  [/opencode/, "opencode"],
  [/goose/, "goose"],
  [/^cline\b/, "cline"],
  [/roo[ _-]?code/, "roo-code"],
  [/^continue\b/, "continue"],
  [/lm[ _-]?studio/, "lm-studio"],
  [/inspector/, "mcp-inspector"],
];

/** The key of the drawing that goes with a claimed name; null for a client that is not known. */
export function iconOf(claimedName: string | null): string | null {
  if (claimedName === null) return null;
  const name = claimedName.trim().toLowerCase();
  return ICONS.find(([part]) => part.test(name))?.[1] ?? null;
}
