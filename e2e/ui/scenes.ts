import type { Page } from "playwright-core";
import { SAMPLE_QUESTIONS } from "../../renderer/dev/sample-questions.ts";
import type { MockHub, Scenario } from "../lib/mock-hub.ts";
import { openPopup } from "./popup-page.ts";

/** One state of the page that a person can come to. */
export interface Scene {
  /** Also the file name of its picture. */
  readonly name: string;
  readonly scenario: Scenario;
  /** The address fragment to start from. */
  readonly at: string;
  /** A question that the desktop's popup shows: its page then, as big as the popup makes itself. */
  readonly popup?: keyof typeof SAMPLE_QUESTIONS;
  /** Whether it belongs into docs/screens. */
  readonly shown?: true;
  /** Goes on from the fragment until the scene stands. */
  stage(page: Page, hub: MockHub): Promise<void>;
}

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
const WITH_TOKEN = JSON.stringify({
  mcpServers: {
    github: {
      command: "docker",
      args: ["run", "-i", "--rm", "-e", "GITHUB_TOKEN", "ghcr.io/github/github-mcp-server"],
      env: { GITHUB_TOKEN: `${"ghp_"}16C7e42F292c6912E7710c838347Ae178B4a`, GITHUB_HOST: "github.com" },
    },
  },
}).replaceAll('"github"', '"github-work"');
const DANGEROUS = "sudo docker run -i --rm -v /:/host backup-mcp";

const visible = (page: Page, id: string): Promise<void> => page.getByTestId(id).first().waitFor();

async function openCall(page: Page, tool: string, tab?: string): Promise<void> {
  await page.getByTestId("call-row").filter({ hasText: tool }).filter({ hasText: "OK" }).first().click();
  const detail = page.getByTestId("call-detail");
  await detail.getByRole("tab").first().waitFor();
  if (tab !== undefined) await detail.getByRole("tab", { name: tab }).click();
  await detail.getByRole("tabpanel").first().waitFor();
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a server" }).first().click();
  await visible(page, "paste");
}

/** Every screen with what it can show: full, empty, failing, loading, paused, offline, and every dialog. */
export const SCENES: readonly Scene[] = [
  {
    name: "secrets",
    scenario: "full",
    at: "#/secrets",
    shown: true,
    async stage(page) {
      await visible(page, "secret-row");
      await page.locator('[data-testid="secret-store"][data-state="ready"]').waitFor();
    },
  },
  {
    name: "secrets-empty",
    scenario: "empty",
    at: "#/secrets",
    stage: (page) => page.getByText("Keep tokens out of plain files").waitFor(),
  },
  {
    name: "secrets-locked",
    scenario: "asking",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "Unlock…" }).click();
      await visible(page, "passphrase");
    },
  },
  {
    name: "secrets-unavailable",
    scenario: "hostile",
    at: "#/secrets",
    stage: (page) => page.getByRole("button", { name: "Use a file instead…" }).waitFor(),
  },
  {
    name: "secrets-failing",
    scenario: "failing",
    at: "#/secrets",
    stage: (page) => page.getByText("The secrets could not be read.").waitFor(),
  },
  {
    name: "secrets-loading",
    scenario: "loading",
    at: "#/secrets",
    stage: (page) => page.getByLabel("Loading secrets").waitFor(),
  },
  {
    name: "secret-set",
    scenario: "full",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "Add a secret" }).click();
      await page.getByLabel("Name").fill("github-token");
      await page.getByLabel("Value").fill("not a real one");
      await page.getByText("There is a secret of this name").waitFor();
    },
  },
  {
    name: "secret-remove",
    scenario: "full",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "More of linear-key" }).click();
      await page.getByRole("menuitem", { name: "Remove…" }).click();
      await visible(page, "remove-warning");
    },
  },
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
    name: "server-sign-in",
    scenario: "full",
    at: "#/servers/linear",
    shown: true,
    stage: (page) => visible(page, "sign-in-needed"),
  },
  {
    name: "server-signing-in",
    scenario: "full",
    at: "#/servers/linear",
    async stage(page) {
      await page.getByRole("button", { name: "Authenticate" }).click();
      await visible(page, "sign-in-waiting");
    },
  },
  {
    name: "server-accounts",
    scenario: "full",
    at: "#/servers/sentry",
    shown: true,
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await visible(page, "account");
    },
  },
  {
    name: "server-sign-in-failed",
    scenario: "full",
    at: "#/servers/sentry",
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await page.getByRole("button", { name: "Sign in again as default" }).click();
      await visible(page, "sign-in-failed");
    },
  },
  {
    name: "server-sign-out",
    scenario: "full",
    at: "#/servers/sentry",
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await page.getByRole("button", { name: "Sign out work" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "profile-accounts",
    scenario: "full",
    at: "#/profiles/%2Bnew",
    async stage(page) {
      await visible(page, "profile-accounts");
      await page.getByTestId("profile-accounts").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "latency",
    scenario: "full",
    at: "#/latency",
    shown: true,
    stage: (page) => visible(page, "latency"),
  },
  {
    name: "latency-by-tool",
    scenario: "full",
    at: "#/latency",
    async stage(page) {
      await page.getByLabel("Tell apart").click();
      await page.getByRole("option", { name: "By tool" }).click();
      await page
        .getByRole("button", { name: /github \/ search_code/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "latency-table",
    scenario: "full",
    at: "#/latency",
    async stage(page) {
      await visible(page, "latency");
      await page.getByRole("button", { name: "Show the numbers" }).click();
      await visible(page, "numbers");
      await page.getByTestId("numbers").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "latency-empty",
    scenario: "empty",
    at: "#/latency",
    stage: (page) => page.getByText("No calls in this time").waitFor(),
  },
  {
    name: "latency-failing",
    scenario: "failing",
    at: "#/latency",
    stage: (page) => page.getByText("The charts could not be read.").waitFor(),
  },
  {
    name: "latency-loading",
    scenario: "loading",
    at: "#/latency",
    stage: (page) => page.getByLabel("Loading the charts").waitFor(),
  },
  {
    name: "cost",
    scenario: "full",
    at: "#/latency/cost",
    shown: true,
    stage: (page) => visible(page, "cost"),
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
    name: "diagnose",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.locator('[data-testid="diagnosis"][data-phase="done"]').waitFor();
      await page.getByRole("button", { name: "program_missing" }).click();
      await visible(page, "error-page");
    },
  },
  {
    name: "diagnose-server",
    scenario: "full",
    at: "#/servers/postgres",
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.locator('[data-testid="diagnosis"][data-phase="done"]').waitFor();
    },
  },
  {
    name: "diagnose-failing",
    scenario: "failing",
    at: "#/settings",
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.getByText("The diagnosis could not be made.").waitFor();
    },
  },
  {
    name: "diagnose-loading",
    scenario: "loading",
    at: "#/servers",
    async stage(page) {
      await page.keyboard.press("ControlOrMeta+k");
      await page.getByRole("option", { name: "Diagnose" }).click();
      await page.getByText("The first checks are under way").waitFor();
    },
  },
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
  {
    name: "waiting-for-approval",
    scenario: "full",
    at: "#/clients/cursor",
    async stage(page) {
      await page.getByRole("button", { name: "Revoke…" }).click();
      await visible(page, "pending");
    },
  },
  {
    name: "activity",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => visible(page, "call-row"),
  },
  {
    name: "call",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => openCall(page, "read_text_file"),
  },
  {
    name: "call-request",
    scenario: "full",
    at: "#/activity",
    stage: (page) => openCall(page, "read_text_file", "Request"),
  },
  {
    name: "call-times",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => openCall(page, "search_issues", "Timing"),
  },
  {
    name: "call-times-table",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await openCall(page, "search_issues", "Timing");
      await page.getByText("As a table").click();
      await page.getByRole("table").waitFor();
    },
  },
  {
    name: "call-messages",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await openCall(page, "read_text_file", "Messages");
      await visible(page, "wire");
    },
  },
  {
    name: "compare-with",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await openCall(page, "read_text_file");
      await page.getByRole("button", { name: "Compare with another call" }).click();
      await visible(page, "compare-with");
    },
  },
  {
    name: "compare",
    scenario: "full",
    at: "#/compare/2980/2985",
    stage: (page) => visible(page, "call-diff"),
  },
  {
    name: "runs",
    scenario: "full",
    at: "#/runs",
    shown: true,
    stage: (page) => visible(page, "run-row"),
  },
  {
    name: "runs-empty",
    scenario: "empty",
    at: "#/runs",
    stage: emptyState,
  },
  {
    name: "runs-failing",
    scenario: "failing",
    at: "#/runs",
    stage: tryAgain,
  },
  {
    name: "run",
    scenario: "full",
    at: "#/runs/2990",
    shown: true,
    stage: (page) => visible(page, "steps"),
  },
  {
    name: "playground-choose",
    scenario: "full",
    at: "#/playground",
    stage: emptyState,
  },
  {
    name: "playground",
    scenario: "full",
    at: "#/playground/everything/trigger-long-running-operation",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await visible(page, "playground-result");
    },
  },
  {
    name: "playground-wrong",
    scenario: "full",
    at: "#/playground/everything/get-sum",
    async stage(page) {
      await page.getByRole("textbox", { name: "a", exact: true }).fill("1.");
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await page.getByText("This must be a number.").waitFor();
    },
  },
  {
    name: "playground-asked",
    scenario: "full",
    at: "#/playground/everything/delete-everything",
    async stage(page) {
      await page.getByRole("textbox", { name: "path" }).fill("/tmp/old");
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await page.getByText("Waiting for your answer").waitFor();
    },
  },
  {
    name: "run-again",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await openCall(page, "read_text_file");
      await page.getByRole("button", { name: "Run again…" }).click();
      await page.getByRole("button", { name: "Run again" }).click();
      await visible(page, "call-diff");
    },
  },
  {
    name: "call-image",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await openCall(page, "get-tiny-image");
      await page.getByTestId("call-detail").getByRole("img").first().waitFor();
    },
  },
  {
    name: "call-error",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByRole("button", { name: "Denied" }).click();
      await page.getByTestId("call-row").first().click();
      await page.getByTestId("call-detail").getByRole("tab", { name: "Error" }).waitFor();
    },
  },
  {
    name: "activity-filter",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("client:claude-code dur:>1ms status:");
      await page.getByRole("option", { name: "tool_error" }).waitFor();
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "activity-wrong-filter",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("server:files sever:github since:soon");
      await page.keyboard.press("Home");
      await page.getByText("There is no filter “sever”", { exact: false }).waitFor();
    },
  },
  {
    name: "activity-chosen",
    scenario: "million",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await page.getByText("1,000,000 calls").waitFor();
      await page.getByRole("button", { name: "Columns" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Project" }).click();
      await page.keyboard.press("Escape");
      await page
        .getByTestId("call-row")
        .nth(2)
        .click({ modifiers: ["ControlOrMeta"] });
      await page
        .getByTestId("call-row")
        .nth(6)
        .click({ modifiers: ["Shift"] });
      await page.getByText("5 calls chosen").waitFor();
    },
  },
  {
    name: "activity-menu",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByTestId("call-row").nth(3).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Copy as cURL" }).waitFor();
    },
  },
  {
    name: "activity-fixture",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page
        .getByTestId("call-row")
        .nth(0)
        .click({ modifiers: ["ControlOrMeta"] });
      await page
        .getByTestId("call-row")
        .nth(12)
        .click({ modifiers: ["Shift"] });
      await page.getByRole("button", { name: "Save as fixture" }).click();
      await page.getByText("gatehouse mock", { exact: false }).waitFor();
    },
  },
  {
    name: "activity-view",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByLabel("Filter calls").fill("server:github");
      await page.getByRole("button", { name: "Save view" }).click();
      await page.getByLabel("Name", { exact: true }).fill("errors");
      await page.getByText("Another view has this name").waitFor();
    },
  },
  {
    name: "activity-no-match",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("nothing holds this");
      await page.keyboard.press("Enter");
      await page.getByText("No call matches").waitFor();
    },
  },
  {
    name: "clients",
    scenario: "full",
    at: "#/clients",
    shown: true,
    stage: (page) => visible(page, "client-row"),
  },
  {
    name: "client",
    scenario: "full",
    at: "#/clients/claude-code",
    shown: true,
    async stage(page) {
      await visible(page, "session");
      await visible(page, "last-call");
    },
  },
  {
    name: "client-editing",
    scenario: "full",
    at: "#/clients/claude-code",
    async stage(page) {
      await page.getByLabel("Team").fill("!");
      await page.getByText("use letters", { exact: false }).waitFor();
    },
  },
  {
    name: "client-rename",
    scenario: "full",
    at: "#/clients/cursor",
    async stage(page) {
      await page.getByRole("button", { name: "Rename…" }).click();
      await page.getByLabel("New name").fill("vscode");
      await page.getByText("Another client has this name").waitFor();
    },
  },
  {
    name: "client-gone",
    scenario: "full",
    at: "#/clients/nobody",
    stage: (page) => page.getByText("This client is gone").waitFor(),
  },
  {
    name: "profiles",
    scenario: "full",
    at: "#/profiles",
    shown: true,
    stage: (page) => visible(page, "profile-row"),
  },
  {
    name: "profile",
    scenario: "full",
    at: "#/profiles/work",
    shown: true,
    stage: (page) => page.getByTestId("preview-counts").getByText("tools").waitFor(),
  },
  {
    name: "profile-in-use",
    scenario: "full",
    at: "#/profiles/work",
    async stage(page) {
      await page.getByRole("button", { name: "Remove…" }).click();
      await visible(page, "profile-in-use");
    },
  },
  {
    name: "profile-new",
    scenario: "full",
    at: "#/profiles/+new",
    async stage(page) {
      await page.getByRole("button", { name: "Only these" }).click();
      await page.getByLabel("Servers it sees").fill("");
      await page.getByText("A client with this profile sees no tool.").waitFor();
    },
  },
  {
    name: "rules",
    scenario: "full",
    at: "#/rules",
    shown: true,
    stage: (page) => visible(page, "rule-row"),
  },
  {
    name: "rules-moving",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByTestId("rule-row").nth(1).getByRole("group").press("Alt+ArrowDown");
      await visible(page, "move-bar");
    },
  },
  {
    name: "rules-no-match",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByLabel("Search rules").fill("nothing holds this");
      await page.getByText("No rule holds this text").waitFor();
    },
  },
  {
    name: "rule-new",
    scenario: "full",
    at: "#/rules",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Add a rule" }).click();
      await page.getByLabel("Server", { exact: true }).fill("files");
      await page.getByLabel("Tool", { exact: true }).fill("write_*");
      await page.getByRole("button", { name: "Add a condition" }).click();
      await page.getByLabel("Argument 1").fill("/path");
      await page.getByLabel("Value 1").fill("notes");
      await page.getByText("Write it as JSON").waitFor();
    },
  },
  {
    name: "rule-edit",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByTestId("rule-row").nth(1).getByRole("group").press("Enter");
      await page.getByTestId("rule-words").getByText("Allow").waitFor();
      await page.getByRole("button", { name: "Try on last week’s calls" }).click();
      await visible(page, "replay");
    },
  },
  {
    name: "rules-tester",
    scenario: "full",
    at: "#/rules/test",
    shown: true,
    async stage(page) {
      await page.getByRole("combobox", { name: "Server" }).click();
      await page.getByRole("option", { name: "github" }).click();
      await page.getByLabel("Tool", { exact: true }).fill("search_issues");
      await visible(page, "verdict");
    },
  },
  {
    name: "rules-history",
    scenario: "full",
    at: "#/rules/history",
    shown: true,
    async stage(page) {
      await page.getByRole("combobox", { name: "Rules to try" }).click();
      await page.getByRole("option", { name: "Ask for everything" }).click();
      await page.getByRole("button", { name: "Try them" }).click();
      await visible(page, "changed-call");
    },
  },
  {
    name: "rules-grants",
    scenario: "full",
    at: "#/rules/grants",
    shown: true,
    stage: (page) => visible(page, "grant-row"),
  },
  {
    name: "audit",
    scenario: "full",
    at: "#/audit",
    shown: true,
    async stage(page) {
      await page.getByTestId("audit-row").nth(2).click();
      await visible(page, "audit-detail");
    },
  },
  {
    name: "audit-no-match",
    scenario: "full",
    at: "#/audit",
    async stage(page) {
      await page.getByLabel("Search acts").fill("nothing holds this");
      await page.getByText("No act matches").waitFor();
    },
  },
  {
    name: "settings",
    scenario: "full",
    at: "#/settings",
    shown: true,
    stage: (page) => page.getByRole("heading", { name: "Versions" }).waitFor(),
  },
  {
    name: "palette",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await visible(page, "server-row");
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder("Jump to a screen").waitFor();
    },
  },
  {
    name: "shortcuts",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await visible(page, "server-row");
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "servers-empty", scenario: "empty", at: "#/servers", shown: true, stage: emptyState },
  { name: "activity-empty", scenario: "empty", at: "#/activity", shown: true, stage: emptyState },
  {
    name: "clients-empty",
    scenario: "empty",
    at: "#/clients",
    shown: true,
    stage: (page) => page.getByRole("heading", { name: "Connect your first client" }).waitFor(),
  },
  { name: "profiles-empty", scenario: "empty", at: "#/profiles", stage: emptyState },
  { name: "rules-empty", scenario: "empty", at: "#/rules", stage: emptyState },
  { name: "grants-empty", scenario: "empty", at: "#/rules/grants", stage: emptyState },
  {
    name: "tester-empty",
    scenario: "empty",
    at: "#/rules/test",
    stage: (page) => page.getByText("Add a server first").waitFor(),
  },
  { name: "audit-empty", scenario: "empty", at: "#/audit", stage: emptyState },
  { name: "client-failing", scenario: "failing", at: "#/clients/cursor", stage: tryAgain },
  { name: "profiles-failing", scenario: "failing", at: "#/profiles", stage: tryAgain },
  { name: "rules-failing", scenario: "failing", at: "#/rules", stage: tryAgain },
  { name: "audit-failing", scenario: "failing", at: "#/audit", stage: tryAgain },
  { name: "activity-failing", scenario: "failing", at: "#/activity", stage: tryAgain },
  { name: "server-failing", scenario: "failing", at: "#/servers/everything", stage: tryAgain },
  {
    name: "settings-mistake",
    scenario: "failing",
    at: "#/settings",
    stage: (page) => page.getByText("gatehouse.json has a mistake", { exact: false }).first().waitFor(),
  },
  ...["servers", "clients", "profiles", "activity", "runs", "rules", "audit", "settings"].map(
    (screen): Scene => ({
      name: `${screen}-loading`,
      scenario: "loading",
      at: `#/${screen}`,
      stage: (page) => page.locator(".skeleton").first().waitFor(),
    }),
  ),
  {
    name: "signed-out",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await page.evaluate("sessionStorage.clear()");
      await page.reload();
      await page.getByText("This page is not signed in.").waitFor();
    },
  },
  {
    name: "paused",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Pause all calls" }).click();
      await visible(page, "paused-banner");
    },
  },
  {
    name: "offline",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page, hub) {
      await visible(page, "call-row");
      await hub.stop();
      await visible(page, "offline-banner");
    },
  },
  {
    name: "questions",
    scenario: "asking",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await visible(page, "question");
      await page.getByRole("button", { name: "Details" }).first().click();
      await visible(page, "diff");
    },
  },
  popup("call", "write", undefined, true),
  popup("read", "read"),
  popup("edit", "edit", undefined, true),
  popup("sql", "sql", undefined, true),
  popup("shell", "shell", undefined, true),
  popup("url", "url"),
  popup("hostile", "hostile"),
  popup("pairing", "pair", undefined, true),
  popup("held-tool", "held", undefined, true),
  popup("unfolded", "write", (page) => page.getByTestId("fold").click()),
  popup("reason", "shell", async (page) => {
    await page.keyboard.press("r");
    await visible(page, "reason");
  }),
  popup(
    "editor",
    "shell",
    async (page) => {
      await page.keyboard.press("e");
      const text = await page.getByTestId("editor").inputValue();
      await page.getByTestId("editor").fill(text.replace(/curl.*bash/, "make"));
    },
    true,
  ),
];

/** The popup's page with one of the sample questions. */
function popup(
  name: string,
  question: keyof typeof SAMPLE_QUESTIONS,
  stage: Scene["stage"] = () => Promise.resolve(),
  shown?: true,
): Scene {
  return {
    name: `popup-${name}`,
    scenario: "asking",
    at: "",
    popup: question,
    stage,
    ...(shown === undefined ? {} : { shown }),
  };
}

function emptyState(page: Page): Promise<void> {
  return page.getByRole("heading", { level: 2 }).first().waitFor();
}

function tryAgain(page: Page): Promise<void> {
  return page.getByRole("button", { name: "Try again" }).first().waitFor();
}

/** As wide as a small laptop's window. */
const PAGE = { width: 1280, height: 800 };

/** Opens a scene on a page that is signed in at the hub of its scenario. */
export async function enter(page: Page, hub: MockHub, scene: Scene): Promise<void> {
  const { origin, pathname } = new URL(hub.url);
  if (scene.popup !== undefined) {
    await openPopup(page, origin, SAMPLE_QUESTIONS[scene.popup], scene.name === "popup-call" ? 3 : 1);
    return scene.stage(page, hub);
  }
  await page.setViewportSize(PAGE);
  // A fresh document, signed in by a code of its own; then the screen, as a person goes there.
  await page.goto("about:blank");
  await page.goto(hub.url);
  await visible(page, "hub-status");
  await page.goto(`${origin}${pathname}${scene.at}`);
  await scene.stage(page, hub);
}
