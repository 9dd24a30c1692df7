import type { ReadStream } from "node:tty";
import { GatehouseError } from "../../shared/errors.ts";

/**
 * One line typed at a terminal, which does not show it. Rejects with `bad_usage` when the person gives up (Ctrl-C,
 * Ctrl-D). The terminal is as before afterwards.
 */
export function readHidden(
  terminal: Pick<ReadStream, "setRawMode" | "on" | "off" | "resume" | "pause">,
  prompt: string,
  show: (text: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const typed: string[] = [];
    const done = (settle: () => void): void => {
      terminal.off("data", onData);
      terminal.setRawMode(false);
      terminal.pause();
      show("\n");
      settle();
    };
    const onData = (chunk: Buffer | string): void => {
      for (const character of chunk.toString()) {
        if (character === "\r" || character === "\n") return done(() => resolve(typed.join("")));
        if (character === "\u0003" || character === "\u0004")
          return done(() =>
            reject(new GatehouseError("bad_usage", "nothing was typed", "Nothing was changed.")),
          );
        if (character === "\u007f" || character === "\b") typed.pop();
        else if (character >= " ") typed.push(character);
      }
    };
    show(prompt);
    terminal.setRawMode(true);
    terminal.on("data", onData);
    terminal.resume();
  });
}
