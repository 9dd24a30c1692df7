import { expect, test } from "vitest";
import type { Status } from "../../../shared/contract.ts";
import { drawIcon } from "./icon.ts";
import { hasTrayHost } from "./tray-host.ts";
import { trayModel } from "./tray-model.ts";

const running = { state: "running", url: "http://127.0.0.1:4780/mcp", port: 4780 } as const;
const status = (paused: boolean, ...states: string[]) =>
  ({
    hub: { paused },
    servers: states.map((state) => ({ state, enabled: state !== "disabled" })),
  }) as unknown as Status;

test.each([
  [{ state: "starting", attempt: 1 } as const, undefined, "busy", "Hub is starting", undefined],
  [{ state: "stopped" } as const, undefined, "down", "Hub is down", undefined],
  [running, undefined, "running", "Hub is running, 0 servers", "pause"],
  [running, status(false, "ready"), "running", "Hub is running, 1 server", "pause"],
  [
    running,
    status(false, "ready", "failed", "disabled", "needs-auth"),
    "running",
    "Hub is running, 3 servers, 2 with a problem",
    "pause",
  ],
  [running, status(true, "ready"), "paused", "All calls are paused", "resume"],
])("the tray of %j with %j", (state, known, look, summary, pause) => {
  expect(trayModel({ state, status: known, waiting: 0 })).toEqual({ look, summary, pause, waiting: 0 });
});

test("questions that wait give the tray its badge, and none is left when the hub is down", () => {
  expect(trayModel({ state: running, status: status(true), waiting: 2 })).toEqual({
    look: "asking",
    summary: "2 questions wait for you",
    pause: "resume",
    waiting: 2,
  });
  expect(trayModel({ state: { state: "stopped" }, status: undefined, waiting: 2 }).waiting).toBe(0);
});

test("a hub that waits for calls before it ends says so, and offers no pause", () => {
  const ending = status(false, "ready");
  const hub = { ...ending.hub, draining: { calls: 2, questions: 1, until: "" } };
  expect(trayModel({ state: running, status: { ...ending, hub }, waiting: 1 })).toEqual({
    look: "busy",
    summary: "Quitting: 2 calls are still running, and 1 question waits for an answer",
    pause: undefined,
    waiting: 1,
    quitting: true,
  });
});

test("a window is hidden into a tray only where one would be seen", async () => {
  const says = (answer: string) => async () => answer;
  const bus = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/bus" };
  const fails = () => Promise.reject(new Error("no such command"));
  expect(await hasTrayHost("darwin", {}, fails)).toBe(true);
  expect(await hasTrayHost("win32", {}, fails)).toBe(true);
  expect(await hasTrayHost("linux", {}, says("(true,)"))).toBe(false);
  expect(await hasTrayHost("linux", bus, says("(true,)"))).toBe(true);
  expect(await hasTrayHost("linux", bus, says("(false,)"))).toBe(false);
  expect(await hasTrayHost("linux", bus, fails)).toBe(false);
});

test("the icon is drawn at every size, clear outside the gate, with a dot for the state", () => {
  const at = (pixels: Uint8Array, size: number, x: number, y: number): number[] => [
    ...pixels.subarray((y * size + x) * 4, (y * size + x) * 4 + 4),
  ];
  const plain = drawIcon(32, { color: 0x112233 });
  const dotted = drawIcon(32, { color: 0x112233, dot: 0xff0000 });
  expect(plain).toHaveLength(32 * 32 * 4);
  expect(at(plain, 32, 0, 0)).toEqual([0, 0, 0, 0]);
  expect(at(plain, 32, 4, 25)).toEqual([0x33, 0x22, 0x11, 255]);
  expect(at(dotted, 32, 25, 25)).toEqual([0, 0, 255, 255]);
  const tiled = drawIcon(32, { color: 0xffffff, tile: [0x0000fe, 0x000100] });
  expect(at(tiled, 32, 16, 0)).toEqual([250, 0, 0, 255]);
  expect(at(tiled, 32, 16, 31)).toEqual([4, 1, 0, 255]);
  // The arch's top, the leg, the opening, and the keeper in it.
  for (const [x, y, white] of [
    [16, 7, true],
    [7, 24, true],
    [12, 20, false],
    [16, 18, true],
    [16, 24, false],
  ] as const)
    expect([x, y, at(tiled, 32, x, y).every((part) => part === 255)]).toEqual([x, y, white]);
});
