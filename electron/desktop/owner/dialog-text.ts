/** The words of the native dialogs in which the person decides: exactly what would happen, whole. */
import type { Change } from "../../../shared/model/question.ts";
import type { Launch } from "../../../shared/model/server.ts";
import { visible, visibleWord } from "./visible.ts";

export interface DialogText {
  readonly message: string;
  readonly detail: string;
  /** The button that approves. */
  readonly approve: string;
  /** Set when something in it is dangerous. */
  readonly alarming: boolean;
  /** A further decision that the person can make with the approval; unchecked at first. */
  readonly checkbox?: string;
}

/** The checkbox of a dialog that adds a server. */
const TRUST_LABEL = "Let clients call its tools without asking";

/** Changes that need no dialog: they start or stop only what the person has already approved. */
export function needsDialog(change: Change): boolean {
  return change.type !== "server.restart" && change.type !== "server.disable";
}

/**
 * What a dialog says about a change. `launch` is what would run, for a change that lets a server run; `says` is what is
 * changed and how, in words, a line each.
 */
export function changeText(
  change: Change,
  launch: Launch | null,
  warnings: readonly string[],
  says: readonly string[] = [],
): DialogText {
  const text = (message: string, approve: string, detail: string): DialogText => ({
    message,
    approve,
    detail: [warningLines(warnings), detail].filter((part) => part !== "").join("\n\n"),
    alarming: warnings.length > 0,
  });
  const said = says.map((line) => visible(line)).join("\n");
  const launchDetail = launch === null ? "" : launchLines(launch).join("\n");
  switch (change.type) {
    case "server.add":
      return {
        ...text(
          `Add the server “${visible(change.name)}”?`,
          "Add server",
          [launchDetail, said].filter((part) => part !== "").join("\n\n"),
        ),
        checkbox: TRUST_LABEL,
      };
    case "server.enable":
      return text(`Enable the server “${visible(change.name)}”?`, "Enable", launchDetail);
    case "server.remove":
      return text(
        `Remove the server “${visible(change.name)}”?`,
        "Remove",
        "It is stopped and taken out of gatehouse.json. Its recorded calls stay.",
      );
    case "server.restart":
      return text(`Restart the server “${visible(change.name)}”?`, "Restart", "Calls under way fail.");
    case "server.disable":
      return text(`Disable the server “${visible(change.name)}”?`, "Disable", "Calls under way fail.");
    case "client.add":
      return text(
        `Let “${visible(change.name)}” connect?`,
        "Let it connect",
        `It calls tools through \`gatehouse connect\`, as your rules allow${change.profile === null ? "" : `, with the profile “${visible(change.profile)}”`}. Its token is kept in Gatehouse's home folder.`,
      );
    case "client.revoke":
      return text(
        `Revoke the client “${visible(change.name)}”?`,
        "Revoke",
        "Its token stops working at once, and cannot be given back.",
      );
    case "client.update":
      return text(`Change the client “${visible(change.name)}”?`, "Change", said);
    case "profile.set":
      return text(`Save the profile “${visible(change.name)}”?`, "Save", said);
    case "profile.remove":
      return text(`Remove the profile “${visible(change.name)}”?`, "Remove", "No client has it any more.");
    case "secret.set":
      return text(
        `Set the secret “${visible(change.name)}”?`,
        "Set secret",
        said === ""
          ? "No server refers to it yet."
          : `These servers get the new value; those that run are started anew:\n\n${said}`,
      );
    case "secret.remove":
      return text(
        `Remove the secret “${visible(change.name)}”?`,
        "Remove",
        said === "" ? "No server refers to it." : `These servers do not start without it:\n\n${said}`,
      );
    case "secret.unlock":
      return said === ""
        ? text("Open the file of secrets?", "Open", "It stays open until the hub ends.")
        : text("Choose this passphrase for the file of secrets?", "Choose", said);
    case "server.moveSecrets":
      return text(
        `Move the credentials of “${visible(change.name)}” out of gatehouse.json?`,
        "Move",
        `${said}\n\nThey are kept with the other secrets, and gatehouse.json refers to them by name. The server is started anew.`,
      );
    case "rule.add":
      return text("Add this rule?", "Add rule", `${said}\n\n${placeLine(change.at)}`);
    case "rule.replace":
      return text("Change this rule?", "Change rule", said);
    case "rule.remove":
      return text("Remove this rule?", "Remove rule", said);
    case "rule.move":
      return text(
        "Move this rule?",
        "Move rule",
        `${said}\n\nIt becomes number ${change.to + 1}; the first rule that matches decides.`,
      );
    case "pins.accept":
      return text(
        "Accept what these servers say now?",
        "Accept",
        change.ids.map((id) => visible(id)).join("\n"),
      );
    case "settings.set":
      return text("Change these settings?", "Change", settingLines(change).join("\n"));
  }
}

const placeLine = (at: number | undefined): string =>
  `It comes ${at === undefined ? "last" : `at place ${at + 1}`}; the first rule that matches decides.`;

/** What a dialog says about a change of another kind that somebody asks for. */
export function questionText(title: string, launch: Launch | null, warnings: readonly string[]): DialogText {
  const detail = [warningLines(warnings), launch === null ? "" : launchLines(launch).join("\n")];
  return {
    message: visible(title),
    detail: detail.filter((part) => part !== "").join("\n\n"),
    approve: "Approve",
    alarming: warnings.length > 0,
  };
}

/** What would run or be connected to, a line for each argument. */
function launchLines(launch: Launch): string[] {
  const lines: string[] = [];
  if (launch.command !== null) {
    lines.push("This program will run on your computer, with your rights:", "", visibleWord(launch.command));
    for (const argument of launch.args) lines.push(`    ${visibleWord(argument)}`);
    lines.push("");
    lines.push(`In the folder: ${launch.cwd === null ? "(none declared)" : visibleWord(launch.cwd)}`);
    lines.push(`Environment: ${names(launch.envNames)}`);
  }
  if (launch.url !== null) {
    lines.push("Calls and their data will be sent to:", "", visibleWord(launch.url), "");
    lines.push(`Headers: ${names(launch.headerNames)}`);
  }
  return lines;
}

function warningLines(warnings: readonly string[]): string {
  return warnings.map((warning) => `⚠ ${visible(warning)}`).join("\n");
}

function names(list: readonly string[]): string {
  return list.length === 0 ? "(none declared)" : list.map(visibleWord).join(", ");
}

function settingLines(change: Extract<Change, { type: "settings.set" }>): string[] {
  const lines: string[] = [];
  if (change.port !== undefined)
    lines.push(`Port: ${change.port}. Every client has to be told the new address.`);
  if (change.consentDefault !== undefined)
    lines.push(
      {
        ask: "Calls that no rule matches: you are asked.",
        allow: "Calls that no rule matches: they are allowed WITHOUT asking you.",
        deny: "Calls that no rule matches: they are denied.",
      }[change.consentDefault],
    );
  if (change.secretStore !== undefined)
    lines.push(
      change.secretStore === "file"
        ? "Secrets: kept in an encrypted file, under a passphrase that you give after each start of the hub. Those in the keychain stay there and are not used."
        : "Secrets: kept in the system's keychain. Those in the file stay there and are not used.",
    );
  return lines;
}
