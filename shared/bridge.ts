/**
 * What the desktop hands its window (`window.gatehouse`): the hub's address and the few native actions.
 * The preload script implements it; in a browser (headless use) it is absent. Every argument is parsed in the
 * main process on arrival, and the page is never given a token but the viewer's.
 */
import { z } from "zod";
import { changeSchema } from "./model/question.ts";
import { clientKindSchema } from "./snippets.ts";

export const themeSchema = z.enum(["light", "dark", "system"]);
export type Theme = z.infer<typeof themeSchema>;

/** The hub's process as the desktop sees it. */
export const hubStateSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("starting") }),
  z.object({ state: z.literal("running"), url: z.string() }),
  /** It died or could not start; it is started again at `retryAt` (ISO 8601). */
  z.object({ state: z.literal("down"), reason: z.string(), retryAt: z.string() }),
  /** It said why it cannot start, and trying again by itself would not help. `code` as in docs/errors.md. */
  z.object({
    state: z.literal("failed"),
    code: z.string(),
    message: z.string(),
    advice: z.string().nullable(),
  }),
  z.object({ state: z.literal("stopped") }),
]);
export type HubState = z.infer<typeof hubStateSchema>;

/** Where the control API is and the viewer token for it, or a sentence that says why there is none now. */
export const connectionSchema = z.union([
  z.object({ url: z.string(), token: z.string() }),
  z.object({ down: z.string() }),
]);
export type Connection = z.infer<typeof connectionSchema>;

/** What became of a request that needed the person: done, turned down in the native dialog, or failed. */
export const outcomeSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), message: z.string().nullable() }),
  z.object({ outcome: z.literal("cancelled") }),
  z.object({ outcome: z.literal("failed"), message: z.string(), advice: z.string().nullable() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export const startAtLoginSchema = z.object({
  /** False where the system has no such thing, or for a development build. */
  supported: z.boolean(),
  enabled: z.boolean(),
});
export type StartAtLogin = z.infer<typeof startAtLoginSchema>;

const nothing = z.tuple([]);
const method = <P extends z.ZodType<unknown[], unknown[]>, R extends z.ZodType>(params: P, result: R) => ({
  params,
  result,
});

/** Every call from the window to the main process: its arguments and its result. */
export const bridgeMethods = {
  connection: method(nothing, connectionSchema),
  hubState: method(nothing, hubStateSchema),
  /** Starts a hub that is down or has failed at once, instead of waiting for the next try. */
  retryHub: method(nothing, z.void()),
  /** Shows the person a native dialog of what would change, and makes the change if it is approved. */
  ask: method(z.tuple([changeSchema]), outcomeSchema),
  /** Creates a client and puts its finished configuration, with the token, on the clipboard. */
  copyClientSetup: method(z.tuple([clientKindSchema, z.string().min(1).max(63)]), outcomeSchema),
  openDataFolder: method(nothing, outcomeSchema),
  setTheme: method(z.tuple([themeSchema]), z.void()),
  getStartAtLogin: method(nothing, startAtLoginSchema),
  setStartAtLogin: method(z.tuple([z.boolean()]), startAtLoginSchema),
  /** Opens an http(s) address in the person's browser, after a dialog that shows it. */
  openExternal: method(z.tuple([z.string().max(8_192)]), outcomeSchema),
} as const;

export type BridgeMethods = typeof bridgeMethods;
export type BridgeMethod = keyof BridgeMethods;
export type BridgeArguments<M extends BridgeMethod> = z.input<BridgeMethods[M]["params"]>;
export type BridgeResult<M extends BridgeMethod> = z.output<BridgeMethods[M]["result"]>;

/** The one request channel, and the one event channel, between the window and the main process. */
export const BRIDGE_CHANNEL = "gatehouse:call";
export const HUB_CHANGED_CHANNEL = "gatehouse:hubChanged";

/** `window.gatehouse` in the desktop's window. */
export type Bridge = {
  readonly [M in BridgeMethod]: (...args: BridgeArguments<M>) => Promise<BridgeResult<M>>;
} & {
  readonly platform: string;
  /** Versions of Electron, Chromium and Node of the desktop, for the settings page. */
  readonly versions: Readonly<Record<string, string>>;
  /** Called with every new state of the hub; returns the disposer. */
  onHubChange(listener: (state: HubState) => void): () => void;
};
