import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { readHidden } from "./secret-input.ts";

function terminal() {
  const modes: boolean[] = [];
  const shown: string[] = [];
  const events = new EventEmitter();
  const input = Object.assign(events, {
    setRawMode: (raw: boolean) => modes.push(raw),
    resume: () => {},
    pause: () => {},
  });
  return {
    input: input as never,
    modes,
    shown,
    type: (text: string) => events.emit("data", Buffer.from(text)),
  };
}

test("what is typed is taken up to the line's end, can be corrected, and is never shown", async () => {
  const { input, modes, shown, type } = terminal();
  const read = readHidden(input, "Value: ", (text) => shown.push(text));
  type("sex");
  type("\u007fcrét\r");
  expect(await read).toBe("secrét");
  expect([shown, modes]).toEqual([
    ["Value: ", "\n"],
    [true, false],
  ]);
});

test("Ctrl-C gives up, and the terminal is as before", async () => {
  const { input, modes, type } = terminal();
  const read = readHidden(input, "Value: ", () => {});
  type("se\u0003");
  await expect(read).rejects.toMatchObject({ code: "bad_usage" });
  expect(modes).toEqual([true, false]);
});
