import { type Proof, proofOf, runClient, type Setting } from "./run-client.ts";

/** Claude Code: `claude mcp add`, then `claude mcp list`, which connects to every server and says how that went. */
export async function claudeCode(setting: Setting): Promise<Proof[]> {
  const { url, token } = setting;
  const add = (name: string, bearer: string) =>
    runClient(setting, "claude", [
      ...["mcp", "add", "--scope", "user", "--transport", "http", name, url],
      ...["--header", `Authorization: Bearer ${bearer}`],
    ]);
  const added = await add("gatehouse", token);
  await add("stranger", "gth_unknown");
  // By the bare URL, without any token: it finds the authorization server, registers, and wants a login.
  await runClient(setting, "claude", [
    ...["mcp", "add", "--scope", "user", "--transport", "http", "bare", url],
  ]);
  const { text } = await runClient(setting, "claude", ["mcp", "list"]);
  return [
    proofOf("claude mcp add", added.text, /^Added HTTP MCP server gatehouse/),
    proofOf("claude mcp list says connected", text, /^gatehouse: .*[✓✔] Connected/),
    // What shows that the line above means something.
    proofOf("claude mcp list does not say so with a wrong token", text, /^stranger: (?!.*Connected)/),
    proofOf("claude mcp list wants a login at the bare URL", text, /^bare: .*Needs authentication/),
  ];
}
