/**
 * Parts of Node that cost memory when they are imported the usual way: an import of node:http reads every export of it,
 * and with them loads all of fetch and WebSocket (11 MB); node:child_process is needed by few runs.
 */
export const { Agent, request } = process.getBuiltinModule("node:http");

/** Starts a process, as node:child_process does. */
export const spawn: typeof import("node:child_process")["spawn"] = (...args: unknown[]) =>
  (process.getBuiltinModule("node:child_process").spawn as (...args: unknown[]) => never)(...args);
