import { answerControl, broadcastText } from "../../../shared/control-client.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { controlMessageSchema, type HubMessage } from "../../../shared/ipc.ts";
import { writeConnectShim } from "../../hub/home/connect-shim.ts";
import type { RunningHub } from "../../hub/main.ts";
import { visible } from "../escape.ts";
import type { DesktopChannel } from "../io.ts";
import type { Context } from "./context.ts";

export interface ServeOptions {
  readonly port?: number;
  readonly ui: boolean;
  readonly desktop?: true;
  /** Nobody reads stderr but until it has started: the log goes to its file alone. */
  readonly background?: true;
}

/** How long calls may take once the desktop is gone, in milliseconds: its next start wants the home. */
const ORPHAN_DRAIN_MS = 2_000;

/**
 * `serve`: runs the hub until it is told to end: by a signal, over the control API, or by the desktop's end. Calls under way may finish; a second signal ends them.
 * Prints one line on stdout when it is ready; its log goes to stderr.
 */
export async function serve(context: Context, options: ServeOptions): Promise<void> {
  const { io, home } = context;
  const channel = options.desktop === true ? io.process.channel : undefined;
  if (options.desktop === true && channel === undefined)
    throw new GatehouseError(
      "bad_usage",
      "--desktop is only for the desktop, which forks the hub",
      "Leave it out.",
    );

  // A signal or a lost desktop while the hub is still starting ends it as soon as it can be ended.
  let hub: RunningHub | undefined;
  let ending: string | undefined;
  let signals = 0;
  const end = (reason: string, drainMs?: number): void => {
    ending ??= reason;
    void hub?.stop(ending, drainMs);
  };
  const disposers = [
    io.process.onSignal((signal) => {
      signals += 1;
      if (signals === 1) return end(signal);
      // The second waits for no call, the third for nothing at all: the guard ends what is left.
      if (hub === undefined || signals > 2) io.process.exit(1);
      else end(signal, 0);
    }),
  ];
  if (channel !== undefined)
    disposers.push(channel.onDisconnect(() => end("the desktop is gone", ORPHAN_DRAIN_MS)));
  try {
    const { startHub } = await io.loadHub();
    hub = await startHub({
      home,
      listen: { port: options.port, ui: options.ui },
      desktop: channel !== undefined,
      program: io.program,
      echo: options.background === true ? undefined : (line) => io.err(`${visible(line)}\n`),
    });
    refreshShim(context);
    if (ending !== undefined) void hub.stop(ending);
    else announce(hub, io.out, channel, disposers);
    await hub.stopped;
  } catch (error) {
    if (channel !== undefined) send(channel, failure(error));
    throw error;
  } finally {
    for (const dispose of disposers) dispose();
  }
}

/** The command that clients have in their configurations goes on running this version; a hub without it still serves. */
function refreshShim({ io, home }: Context): void {
  try {
    writeConnectShim(home, io.program, io.platform);
  } catch (error) {
    io.err(`warning: the command for stdio clients could not be written: ${visible(sentenceOf(error))}\n`);
  }
}

function announce(
  hub: RunningHub,
  out: (text: string) => void,
  channel: DesktopChannel | undefined,
  disposers: (() => void)[],
): void {
  const { url = "", port = 0 } = hub;
  if (channel !== undefined) {
    const owner = hub.control("owner");
    send(channel, { type: "ready", url, port });
    disposers.push(
      hub.subscribe((name, data) => send(channel, { type: "control", text: broadcastText(name, data) })),
      channel.onMessage((message) => {
        const parsed = controlMessageSchema.safeParse(message);
        if (!parsed.success) return;
        // Methods and parameters are checked by the hub, as those from a socket are.
        const call = (method: string, params: unknown): Promise<unknown> =>
          owner.call(method as never, params as never);
        void answerControl(parsed.data.text, call).then((text) => {
          if (text !== undefined) send(channel, { type: "control", text });
        });
      }),
    );
  }
  out(`listening ${url}\n`);
}

const send = (channel: DesktopChannel, message: HubMessage): void => channel.send(message);

function failure(error: unknown): HubMessage {
  const known = error instanceof GatehouseError ? error : undefined;
  return {
    type: "failed",
    code: known?.code ?? "internal",
    message: sentenceOf(error),
    advice: known?.advice ?? null,
  };
}
