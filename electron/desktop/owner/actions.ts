/**
 * What the window may ask the owner to do. The window never acts itself: whatever changes what is run or who
 * connects is shown to the person in a native dialog, and done from here.
 */
import type { AskOutcome, CopyOutcome } from "../../../shared/bridge.ts";
import { type ClientKind, clientSetup } from "../../../shared/client-setup.ts";
import type { ControlClient } from "../../../shared/control-client.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import type { Answer, Change } from "../../../shared/model/question.ts";
import { applyChange, consequencesOf } from "./changes.ts";
import type { Confirm } from "./confirm.ts";
import { changeText, type DialogText, needsDialog } from "./dialog-text.ts";
import { visible } from "./visible.ts";

export interface OwnerActionsOptions {
  /** The control API in the owner role, while the hub is running. */
  readonly client: () => ControlClient | undefined;
  /** The running hub's endpoint, http://127.0.0.1:PORT/mcp. */
  readonly endpoint: () => string | undefined;
  /** Told whenever the hub's state is another; returns the disposer. */
  readonly onHubChange: (listener: () => void) => () => void;
  readonly confirm: Confirm;
  readonly writeClipboard: (text: string) => void;
}

/** Every one rejects with GatehouseError, whose message is a sentence for the person. */
export interface OwnerActions {
  ask(change: Change): Promise<AskOutcome>;
  /** Lets calls through again after a pause. */
  resume(): Promise<AskOutcome>;
  copyClientSetup(kind: ClientKind, name: string): Promise<CopyOutcome>;
  /** For a person whose browser is another than the one that was opened. */
  copySignInLink(id: string): Promise<void>;
}

/** The file store's passphrase is given, not chosen: knowing it is permission enough. */
const opensOnly = async (client: ControlClient, change: Change): Promise<boolean> =>
  change.type === "secret.unlock" && (await client.call("secrets.status", {})).state !== "new";

/**
 * The owner's actions over whichever hub is running at that moment; without one they reject with `hub_not_running`,
 * and with `forbidden` while another question's dialog is open.
 */
export function createOwnerActions(options: OwnerActionsOptions): OwnerActions {
  let asking = false;

  /** One question at a time: a page that asks and asks must not bury the person in dialogs. */
  const alone = async <T>(run: (client: ControlClient) => Promise<T>): Promise<T> => {
    const client = options.client();
    if (client === undefined)
      throw new GatehouseError(
        "hub_not_running",
        "The hub is not running.",
        "It is started again by itself; try then.",
      );
    if (asking)
      throw new GatehouseError("forbidden", "Another question is still open.", "Answer its dialog first.");
    asking = true;
    try {
      return await run(client);
    } finally {
      asking = false;
    }
  };

  /** Undefined when the person did not approve. */
  const confirmed = async (text: DialogText): Promise<{ checked: boolean } | undefined> => {
    const { verdict, checked } = await options.confirm(text);
    if (verdict === "too-long")
      throw new GatehouseError(
        "unsupported",
        "This is too long to be shown whole in a dialog, so it cannot be approved in one.",
        "Write it into gatehouse.json by hand.",
      );
    return verdict === "approved" ? { checked } : undefined;
  };

  /** What is held back is read and accepted in the popup, where all of it is shown: the question is put, and awaited. */
  const askInPopup = async (client: ControlClient, change: Change): Promise<AskOutcome> => {
    const answers = new Map<string, Answer>();
    let heard = (): void => {};
    const stops = [
      client.on("questionAnswered", ({ id, answer }) => {
        answers.set(id, answer);
        heard();
      }),
      options.onHubChange(() => heard()),
    ];
    try {
      const { id } = await client.call("questions.ask", { change });
      // A hub that is gone has taken its question along.
      while (!answers.has(id) && options.client() === client)
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      return (answers.get(id) ?? "deny") === "deny" ? "declined" : "done";
    } finally {
      for (const stop of stops) stop();
    }
  };

  return {
    ask: async (change) => {
      const client = options.client();
      if (client !== undefined && change.type === "pins.accept") return askInPopup(client, change);
      return alone(async (client) => {
        let trust = false;
        if (needsDialog(change) && !(await opensOnly(client, change))) {
          const { launch, warnings, says } = await consequencesOf(client, change);
          const approval = await confirmed(changeText(change, launch, warnings, says));
          if (approval === undefined) return "declined";
          trust = approval.checked;
        }
        await applyChange(client, change, trust);
        return "done";
      });
    },

    copySignInLink: async (id) => {
      const client = options.client();
      if (client === undefined) throw new GatehouseError("hub_not_running", "The hub is not running.");
      options.writeClipboard((await client.call("servers.signInUrl", { id })).url);
    },

    resume: () =>
      alone(async (client) => {
        const text: DialogText = {
          message: "Let calls through again?",
          detail: "All calls are paused now.",
          approve: "Resume",
          alarming: false,
        };
        if ((await confirmed(text)) === undefined) return "declined";
        await client.call("hub.resume", {});
        return "done";
      }),

    copyClientSetup: (kind, name) =>
      alone(async (client) => {
        const url = options.endpoint();
        if (url === undefined) throw new GatehouseError("hub_not_running", "The hub is not running.");
        const { home } = await client.call("settings.get", {});
        const hub = { url, home, client: name };
        const { label, place, stdio } = clientSetup(kind, hub);
        const text: DialogText = {
          message: `Create the client “${visible(name)}” for ${label}?`,
          detail:
            stdio === true
              ? "It gets a token of its own, which stays in Gatehouse's home folder. Its set-up is put on the clipboard."
              : "It gets a token of its own. Its set-up, with the token, is put on the clipboard.",
          approve: "Create and copy",
          alarming: false,
        };
        if ((await confirmed(text)) === undefined) return { ok: false, message: "Nothing was created." };
        if (stdio === true) {
          await client.call("clients.addConnect", { name });
          options.writeClipboard(clientSetup(kind, hub).text);
          return { ok: true, message: `Copied. ${place}.` };
        }
        const { token } = await client.call("clients.add", { name });
        options.writeClipboard(clientSetup(kind, hub, token).text);
        return { ok: true, message: `Copied, with a token for “${name}”. ${place}.` };
      }),
  };
}
