/**
 * What the preload exposes to the renderer as `window.gatehouse`: the hub's address and the few native actions.
 *
 * Threat model: the renderer shows untrusted text, so it is given a viewer's token and nothing more. Whatever the
 * person must decide travels as a `Change` to the desktop's main process, which asks in a native dialog that the page
 * cannot draw, click or read. Tokens of AI clients never pass through the page at all: `copyClientSetup` puts the
 * finished snippet on the clipboard. Main parses every argument with the schemas below.
 */
import { z } from "zod";
import { clientKindSchema } from "./client-setup.ts";
import { nameSchema } from "./model/config.ts";
import { changeSchema } from "./model/question.ts";

export const themeSchema = z.enum(["system", "light", "dark"]);
export type Theme = z.infer<typeof themeSchema>;

/** Where the hub's control socket is, with a viewer's token; or why there is none, and what is being done about it. */
export const hubConnectionSchema = z.union([
  z.object({ url: z.string(), token: z.string() }),
  z.object({
    /** A sentence for the person: why the hub is down. */
    down: z.string(),
    /** What the person can do, if anything. */
    advice: z.string().nullable(),
    /** Which attempt to start it this is, from 1; 0 when nobody is trying. */
    attempt: z.int(),
    /** When the next attempt starts (ISO 8601), or null while one is under way or none is planned. */
    retryAt: z.string().nullable(),
  }),
]);
export type HubConnection = z.infer<typeof hubConnectionSchema>;

/** How the native dialog ended. A failed change rejects with an Error whose message is a sentence for the person. */
export const askOutcomeSchema = z.enum(["done", "declined"]);
export type AskOutcome = z.infer<typeof askOutcomeSchema>;

export const startAtLoginSchema = z.object({ supported: z.boolean(), enabled: z.boolean() });
export type StartAtLogin = z.infer<typeof startAtLoginSchema>;

export const copyOutcomeSchema = z.object({ ok: z.boolean(), message: z.string() });
export type CopyOutcome = z.infer<typeof copyOutcomeSchema>;

/** Schemas of the arguments that cross from the page; main refuses what does not parse. */
export const bridgeArguments = {
  ask: z.object({ change: changeSchema }),
  copyClientSetup: z.object({ kind: clientKindSchema, name: nameSchema }),
  setTheme: z.object({ theme: themeSchema }),
  setStartAtLogin: z.object({ enabled: z.boolean() }),
  copySignInLink: z.object({ id: z.string().max(100) }),
  openExternal: z.object({ url: z.url({ protocol: /^https?$/ }) }),
} as const;

export interface Bridge {
  /** Node's process.platform: "linux", "darwin", "win32". */
  readonly platform: string;
  /** Versions of Gatehouse, Electron, Chromium and so on, for the Settings screen. */
  readonly versions: Readonly<Record<string, string>>;
  /** Asked again whenever `onHubChange` fires; each answer may hold a fresh token. */
  connection(): Promise<HubConnection>;
  /** Fires when `connection()` would answer differently (hub started, died, is being restarted). Returns a disposer. */
  onHubChange(listener: () => void): () => void;
  /** Starts the hub at once instead of waiting for the next attempt. */
  startHub(): Promise<void>;
  /** Carries out a change as owner, after a native dialog where the change needs one. */
  ask(change: z.infer<typeof changeSchema>): Promise<AskOutcome>;
  /** Lets calls through again after a pause; a viewer may pause but not resume. */
  resume(): Promise<void>;
  /** Creates a client called `name` and puts its finished set-up, token included, on the clipboard. */
  copyClientSetup(kind: z.infer<typeof clientKindSchema>, name: string): Promise<CopyOutcome>;
  openDataFolder(): Promise<void>;
  /** Tells native chrome (title bar, dialogs) which theme the person picked. */
  setTheme(theme: Theme): Promise<void>;
  getStartAtLogin(): Promise<StartAtLogin>;
  setStartAtLogin(enabled: boolean): Promise<StartAtLogin>;
  /** Brings the popup with the open question to the front; false when there is none. */
  showQuestions(): Promise<boolean>;
  /** Puts the address of an open sign-in on the clipboard: the page itself is not told it. */
  copySignInLink(id: string): Promise<void>;
  /** Opens an http(s) address in the person's browser after showing it to them. */
  openExternal(url: string): Promise<void>;
}
