import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Proof, proofOf, runClient, type Setting } from "./run-client.ts";

/** opencode: its configuration file, then `opencode mcp list`, which connects to every server. */
export async function opencode(setting: Setting): Promise<Proof[]> {
  const folder = join(setting.home, ".config", "opencode");
  mkdirSync(folder, { recursive: true });
  const server = (token: string) => ({
    type: "remote",
    url: setting.url,
    headers: { Authorization: `Bearer ${token}` },
    oauth: false,
    enabled: true,
  });
  const mcp = { gatehouse: server(setting.token), stranger: server("gth_unknown") };
  writeFileSync(join(folder, "opencode.json"), JSON.stringify({ autoupdate: false, mcp }));
  const { text } = await runClient(setting, "opencode", ["mcp", "list"]);
  return [
    proofOf("opencode mcp list says connected", text, /\bgatehouse\s+connected\b/),
    proofOf("opencode mcp list does not say so with a wrong token", text, /\bstranger\s+(?!connected)\S/),
  ];
}
