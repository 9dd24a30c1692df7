/** How the calls of bridge.ts travel between the preload script and the desktop's main process. */

/** The one request channel: invoked with the method's name and, where it has any, its arguments as one object. */
export const BRIDGE_CHANNEL = "gatehouse:call";
/** The one event channel: `connection()` would answer differently now. */
export const HUB_CHANGED_CHANNEL = "gatehouse:hubChanged";

/** Every answer: Electron would wrap a rejection's message, so that a failure travels as a value. */
export type BridgeAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };
