import type { Page } from "playwright-core";
import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

const SNIPPET = `{
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/My Notes"],
      "env": { "LOG_LEVEL": "info" }
    }
  }
}`;
/** Put together here, so that no scanner takes this file for one that leaks. */
const WITH_TOKEN = `{
  "github-work": {
    "command": "docker",
    "args": ["run", "-i", "--rm", "-e", "GITHUB_TOKEN", "ghcr.io/github/mcp"],
    "env": { "GITHUB_TOKEN": "${"ghp_"}16C7e42F292c6912E7710c838347Ae178B4a" }
  }
}`;
const DANGEROUS = "sudo docker run -i --rm -v /:/host backup-mcp";

async function openDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a server" }).first().click();
  await visible(page, "paste");
}

/** The servers, each of them, and how one is added. */
export const serversScenes: readonly Scene[] = [
  {
    name: "add-server-credentials",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await openDialog(page);
      await page.getByTestId("paste").fill(WITH_TOKEN);
      await visible(page, "credentials");
    },
  },
  {
    name: "server-plain-secrets",
    scenario: "full",
    at: "#/servers/github",
    stage: (page) => visible(page, "plain-secrets"),
  },
  {
    name: "servers",
    scenario: "full",
    at: "#/servers",
    shown: true,
    stage: (page) => visible(page, "saved"),
  },
  {
    name: "server",
    scenario: "full",
    at: "#/servers/everything",
    shown: true,
    stage: (page) => visible(page, "tools"),
  },
  {
    name: "server-held",
    scenario: "full",
    at: "#/servers/github",
    shown: true,
    async stage(page) {
      await page.getByTestId("held-notice").getByRole("button", { name: "Review" }).click();
      await visible(page, "held-panel");
    },
  },
  {
    name: "server-log",
    scenario: "full",
    at: "#/servers/everything",
    shown: true,
    async stage(page) {
      await page.getByRole("tab", { name: "Log" }).click();
      await visible(page, "server-log");
    },
  },
  {
    name: "server-log-search",
    scenario: "full",
    at: "#/servers/everything",
    shown: true,
    async stage(page) {
      await page.getByRole("tab", { name: "Log" }).click();
      await page.getByRole("textbox", { name: "Search the log" }).fill("slow");
      await page.locator("mark").first().waitFor();
    },
  },
  {
    name: "server-log-paused",
    scenario: "full",
    at: "#/servers/everything",
    async stage(page) {
      await page.getByRole("tab", { name: "Log" }).click();
      await visible(page, "server-log");
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await page.getByRole("button", { name: "Go on" }).waitFor();
    },
  },
  {
    name: "server-log-nothing",
    scenario: "full",
    at: "#/servers/everything",
    async stage(page) {
      await page.getByRole("tab", { name: "Log" }).click();
      await page.getByRole("textbox", { name: "Search the log" }).fill("nowhere to be found");
      await page.getByText("No line fits").waitFor();
    },
  },
  {
    name: "server-over-limit",
    scenario: "full",
    at: "#/servers/playwright",
    shown: true,
    stage: (page) => visible(page, "health"),
  },
  {
    name: "servers-saved",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await page.getByRole("button", { name: "How it is counted" }).click();
      await page.getByText("less one, times its processes").waitFor();
    },
  },
  {
    name: "server-launch",
    scenario: "full",
    at: "#/servers/files",
    async stage(page) {
      await page.getByRole("tab", { name: "Launch" }).click();
      await page.getByRole("heading", { name: "Runs exactly this" }).waitFor();
    },
  },
  {
    name: "server-connection",
    scenario: "full",
    at: "#/servers/linear",
    async stage(page) {
      await page.getByRole("tab", { name: "Connection" }).click();
      await page.getByRole("heading", { name: "Connects to" }).waitFor();
    },
  },
  {
    name: "server-failed",
    scenario: "full",
    at: "#/servers/postgres",
    shown: true,
    stage: (page) => page.getByText("Tools not known yet").waitFor(),
  },
  {
    name: "server-denied",
    scenario: "full",
    at: "#/servers/memory",
    stage: (page) => visible(page, "consent-notice"),
  },
  {
    name: "server-gone",
    scenario: "full",
    at: "#/servers/nowhere",
    stage: (page) => page.getByText("This server is gone").waitFor(),
  },
  {
    name: "server-menu",
    scenario: "full",
    at: "#/servers/everything",
    async stage(page) {
      await page.getByRole("button", { name: "More actions" }).click();
      await page.getByRole("menuitem", { name: "Remove" }).waitFor();
    },
  },
  { name: "add-server-empty", scenario: "full", at: "#/servers", stage: openDialog },
  {
    name: "add-server",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await openDialog(page);
      await page.getByTestId("paste").fill(SNIPPET);
      await page.getByTestId("proposal").waitFor();
    },
  },
  {
    name: "add-server-dangerous",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await openDialog(page);
      await page.getByTestId("paste").fill(DANGEROUS);
      await page.getByText("Look twice").waitFor();
    },
  },
  {
    name: "add-server-unreadable",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await openDialog(page);
      await page.getByTestId("paste").fill('{ "mcpServers": ');
      await page.getByText("Nothing to add in this text").waitFor();
    },
  },
  {
    name: "add-server-pending",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await openDialog(page);
      await page.getByTestId("paste").fill("npx -y @modelcontextprotocol/server-brave-search");
      const proposal = page.getByTestId("proposal");
      await proposal.getByRole("button", { name: "Add…" }).click();
      await proposal.getByTestId("pending").waitFor();
    },
  },
  { name: "servers-empty", scenario: "empty", at: "#/servers", shown: true, stage: emptyState },
  { name: "server-failing", scenario: "failing", at: "#/servers/everything", stage: tryAgain },
];
