import type { Bridge, StartAtLogin } from "../../../shared/bridge.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import type { HubProcess } from "../hub/hub-process.ts";
import { whyDown } from "../hub/hub-state.ts";
import type { OwnerActions } from "../owner/actions.ts";
import type { BridgeHandlers } from "./serve.ts";

export interface BridgeParts {
  readonly hub: HubProcess;
  readonly owner: OwnerActions;
  readonly openLink: (url: string) => Promise<void>;
  /** Opens the home folder; resolves to what went wrong, or "". */
  readonly openDataFolder: () => Promise<string>;
  readonly setTheme: (theme: Parameters<Bridge["setTheme"]>[0]) => void;
  /** Brings the popup with the open question to the front; false when there is none. */
  readonly showQuestions: () => boolean;
  readonly startAtLogin: { get(): StartAtLogin; set(enabled: boolean): StartAtLogin };
}

/** Ties the window's calls to what carries them out. */
export function bridgeHandlers(parts: BridgeParts): BridgeHandlers {
  const { hub, owner } = parts;
  return {
    async connection() {
      const { client, state } = hub;
      const down = whyDown(state);
      if (down !== undefined) return down;
      if (client === undefined || state.state !== "running") throw new GatehouseError("internal", "no hub");
      const { token } = await client.call("hub.viewerToken", {});
      return { url: `ws://127.0.0.1:${state.port}/control`, token };
    },
    startHub: () => hub.start(),
    ask: ({ change }) => owner.ask(change),
    async resume() {
      await owner.resume();
    },
    copyClientSetup: ({ kind, name }) => owner.copyClientSetup(kind, name),
    async openDataFolder() {
      const problem = await parts.openDataFolder();
      if (problem !== "") throw new GatehouseError("internal", `The folder cannot be opened: ${problem}`);
    },
    setTheme: ({ theme }) => parts.setTheme(theme),
    getStartAtLogin: () => parts.startAtLogin.get(),
    setStartAtLogin: ({ enabled }) => parts.startAtLogin.set(enabled),
    showQuestions: () => parts.showQuestions(),
    copySignInLink: ({ id }) => owner.copySignInLink(id),
    openExternal: ({ url }) => parts.openLink(url),
  };
}
