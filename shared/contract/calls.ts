import { z } from "zod";
import {
  callCountsSchema,
  callDetailSchema,
  callFilterSchema,
  callStatusSchema,
  callSummarySchema,
  searchedSchema,
} from "../model/call.ts";
import { exportFormatSchema, exportPieceSchema, importProblemSchema } from "../model/export.ts";
import { callsVerifiedSchema, historyStateSchema } from "../model/history.ts";
import { runDetailSchema, runSummarySchema } from "../model/run.ts";
import { done, method, nothing, operate, read } from "./method.ts";

/** The call history. */
export const callMethods = {
  /** Newest first; `before` is the id of the last row already seen. */
  "calls.list": method(
    read,
    z.object({
      filter: callFilterSchema.default({}),
      limit: z.int().min(1).max(1_000).default(50),
      before: z.int().optional(),
    }),
    z.object({
      calls: z.array(callSummarySchema),
      more: z.boolean(),
      /** How far a search for a text reached; only where one was searched for. */
      searched: searchedSchema.optional(),
    }),
  ),
  /** How many calls a filter finds. Refused where it seeks a text: who that finds is only known by reading. */
  "calls.count": method(read, z.object({ filter: callFilterSchema.default({}) }), callCountsSchema),
  "calls.get": method(
    read,
    z.object({
      id: z.int(),
      maxBytes: z
        .int()
        .min(0)
        .max(64 * 1024 * 1024)
        .default(1024 * 1024),
    }),
    callDetailSchema,
  ),
  /**
   * The headers that repeat marked arguments of a recorded call's tool, as its server's catalogue has it now: a request of
   * the stateless era needs them (MCP 2026-07-28, Streamable HTTP: Custom Headers). Values are encoded.
   */
  "calls.headers": method(
    read,
    z.object({ id: z.int() }),
    z.object({ headers: z.array(z.object({ name: z.string(), value: z.string() })) }),
  ),
  /** The next piece of what a filter finds, as a file; begin without `before`, go on with `next`. */
  "calls.export": method(
    read,
    z.object({
      filter: callFilterSchema.default({}),
      format: exportFormatSchema,
      before: z.int().optional(),
      /** At most so many calls in this piece and those after it; absent: all. */
      limit: z.int().min(1).optional(),
    }),
    exportPieceSchema,
  ),
  /** Lines of a JSONL export, into the history; their sessions are marked as imported. What it has already is `known`. */
  "calls.import": method(
    operate,
    z.object({ text: z.string().max(200_000_000) }),
    z.object({ imported: z.int(), known: z.int(), problems: z.array(importProblemSchema) }),
  ),
  /** Recorded calls as a fixture that `gatehouse mock` serves. */
  "calls.fixture": method(
    read,
    z.object({ ids: z.array(z.int()).min(1).max(10_000) }),
    z.object({ text: z.string(), calls: z.int(), problems: z.array(z.string()) }),
  ),
  /** Follows the hash chain over all calls: whether any was altered, removed or moved. Tells `historyProgressed`. */
  "calls.verify": method(read, nothing, callsVerifiedSchema),
  /** How far the chain and the text index have come. */
  "calls.state": method(read, nothing, historyStateSchema),
  /** Copies the database, in use as it is, to a new file (an absolute path), for the owner alone. */
  "calls.backup": method(
    operate,
    z.object({ file: z.string().min(1).max(4_096) }),
    z.object({ file: z.string(), bytes: z.int() }),
  ),
} as const;

/** The person's own calls. */
export const ownCallMethods = {
  /**
   * Calls a tool as the person ("you"): the playground, or a recorded call again. It is asked about like a call that no
   * rule covers; in the desktop's own window a tool that says it only reads is not. `answer` is the JSON-RPC response.
   */
  "calls.make": method(
    read,
    z.object({
      /** Names the call while it is under way. */
      key: z.string().min(1).max(100),
      server: z.string(),
      /** By its server's own name. */
      tool: z.string(),
      /** Raw JSON of an object. */
      arguments: z.string().max(16_000_000).default("{}"),
      project: z.string().nullable().default(null),
    }),
    z.object({ id: z.int().nullable(), status: callStatusSchema, answer: z.string().nullable() }),
  ),
  /** Stops such a call. */
  "calls.stop": method(read, z.object({ key: z.string() }), done),
} as const;

/** The history, as what agents did. */
export const runMethods = {
  /**
   * What agents did, as runs: the calls of a client's session without a long pause. Newest first; `before` is what an
   * earlier answer gave as `next`. Only so many calls are looked through at a time.
   */
  "runs.list": method(
    read,
    z.object({ client: z.string().optional(), before: z.int().optional() }),
    z.object({ runs: z.array(runSummarySchema), next: z.int().nullable() }),
  ),
  /** The run that a call is in. */
  "runs.get": method(read, z.object({ call: z.int() }), runDetailSchema),
} as const;
