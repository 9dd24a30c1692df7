import type { Problem, Tool } from "../../../shared/model/server.ts";
import { describeTool, type Entry, type ListReading, readList } from "../../core/catalog/entry.ts";
import { LIST_KINDS, type ListKind } from "../../core/catalog/kinds.ts";
import { membersOf } from "../../core/jsonrpc/json.ts";
import { readServerHello, type ServerHello } from "../../core/mcp/session-era/initialize.ts";
import { type HeaderParam, headerParams } from "../../core/mcp/stateless-era/header-params.ts";
import {
  hasTasksExtension,
  requiresTask,
  type SessionTasks,
  sessionTasks,
} from "../../core/mcp/tasks/capabilities.ts";
import { type Claims, claimsIn, NO_CLAIMS } from "../../core/policy/call.ts";
import type { CatalogParts } from "../ports/storage.ts";
import { ToolValidation } from "../validation/tool-validation.ts";
import { eraOf, type ServerEra } from "./era.ts";

const NO_PARAMS: readonly HeaderParam[] = [];
const NOTHING: ListReading = { entries: [], problems: [] };

/** What is known of one server's catalogue, from this run or remembered from an earlier one. */
export class ServerCatalog {
  /** Checks calls and results against the tools' schemas. */
  readonly validation = new ToolValidation();
  #parts: CatalogParts = new Map();
  #lists: Readonly<Record<ListKind, ListReading>> | undefined;
  #hello: ServerHello | undefined;
  /** The tools that can be called as tasks alone; none where the server's calls cannot be tasks. */
  #taskOnly: ReadonlySet<string> = new Set();
  #tasksExtension = false;
  #sessionTasks: SessionTasks | undefined;
  /** By tool: the arguments that HTTP repeats as headers. Only tools that have any. */
  #mirrored: ReadonlyMap<string, readonly HeaderParam[]> = new Map();
  /** What the server says of its tools, read when it is first asked for. */
  #claims = new Map<string, Claims>();
  #learning: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  /** The usable entries of each list; undefined when the catalogue was never learnt. */
  get lists(): Readonly<Record<ListKind, readonly Entry[]>> | undefined {
    const lists = this.#lists;
    return lists === undefined ? undefined : perKind((kind) => lists[kind].entries);
  }

  /** The usable tools; undefined when the catalogue was never learnt. */
  get tools(): readonly Entry[] | undefined {
    return this.#lists?.tools.entries;
  }

  /** The entries that were left out, and why, and what is wrong with schemas. */
  get problems(): readonly Problem[] {
    const lists = this.#lists;
    if (lists === undefined) return [];
    return [...LIST_KINDS.flatMap((kind) => lists[kind].problems), ...this.validation.problems];
  }

  get hello(): ServerHello | undefined {
    return this.#hello;
  }

  /** The raw parts, to be remembered. */
  get parts(): CatalogParts {
    return this.#parts;
  }

  /** Takes a whole catalogue over. Throws when it cannot be read; then what was known stays. */
  put(parts: CatalogParts): void {
    const lists = perKind((kind) => {
      const bytes = parts.get(kind);
      return bytes === undefined ? NOTHING : readList(kind, bytes);
    });
    const initialize = parts.get("initialize");
    this.#hello = initialize === undefined ? undefined : readServerHello(initialize);
    this.#lists = lists;
    this.#parts = parts;
    this.#mirrored = mirroredOf(lists.tools.entries);
    this.#claims = new Map();
    this.#learnTasks(lists.tools.entries, eraOf(parts.get("era")));
    this.validation.learn(lists.tools.entries);
    this.settle();
  }

  /** Whether any tool has such arguments. */
  get mirrors(): boolean {
    return this.#mirrored.size > 0;
  }

  /** The arguments of a tool that a stateless server over HTTP wants as headers too. */
  mirroredArguments(tool: string): readonly HeaderParam[] {
    return this.#mirrored.get(tool) ?? NO_PARAMS;
  }

  /** Whether a tool can be called as a task alone (MCP 2025-11-25, Tasks: Tool-Level Negotiation). */
  needsTask(tool: string): boolean {
    return this.#taskOnly.size > 0 && this.#taskOnly.has(tool);
  }

  /** What a server of the session era declares of tasks; undefined where its calls cannot be tasks. */
  get sessionTasks(): SessionTasks | undefined {
    return this.#sessionTasks;
  }

  /** Whether a server of the stateless era declares the tasks extension. */
  get tasksExtension(): boolean {
    return this.#tasksExtension;
  }

  /** The tool's annotations; MCP's defaults where the server says nothing, and of a tool that it does not list. */
  claimsOf(tool: string): Claims {
    const known = this.#claims.get(tool);
    if (known !== undefined) return known;
    const entry = this.tools?.find(({ key }) => key === tool);
    if (entry === undefined) return NO_CLAIMS;
    const claims = claimsIn(describeTool(entry, tool).annotations);
    this.#claims.set(tool, claims);
    return claims;
  }

  /** Resolves when the catalogue is known, or at the next `settle`. */
  learnt(): Promise<void> {
    if (this.#lists !== undefined) return Promise.resolve();
    this.#learning ??= new Promise((resolve) => {
      this.#settle = resolve;
    });
    return this.#learning;
  }

  /** Nobody need wait any longer: the catalogue is known, or the server cannot be started. */
  settle(): void {
    this.#settle?.();
    this.#settle = undefined;
    this.#learning = undefined;
  }

  #learnTasks(tools: readonly Entry[], era: ServerEra): void {
    const raw = new TextEncoder().encode(this.#hello?.rawCapabilities ?? "{}");
    this.#tasksExtension = era.kind === "stateless" && hasTasksExtension(raw);
    const declared = era.kind === "session" ? sessionTasks(raw) : undefined;
    this.#sessionTasks = declared?.call === true ? declared : undefined;
    this.#taskOnly = new Set(
      this.#sessionTasks === undefined
        ? []
        : tools
            .filter((tool) => requiresTask(tool.raw, membersOf(tool.raw, { start: 0, end: tool.raw.length })))
            .map(({ key }) => key),
    );
  }

  describe(exposedName: (tool: string) => string): Tool[] {
    return (this.tools ?? []).map((entry) => describeTool(entry, exposedName(entry.key)));
  }
}

/** The marked arguments of each tool that has any. Tools whose marks are illegal are in no list. */
function mirroredOf(tools: readonly Entry[]): ReadonlyMap<string, readonly HeaderParam[]> {
  const mirrored = new Map<string, readonly HeaderParam[]>();
  for (const { key, raw } of tools) {
    const schema = membersOf(raw, { start: 0, end: raw.length }).find(
      (each) => each.key === "inputSchema",
    )?.value;
    const params = schema === undefined ? NO_PARAMS : headerParams(raw.subarray(schema.start, schema.end));
    if (typeof params !== "string" && params.length > 0) mirrored.set(key, params);
  }
  return mirrored;
}

function perKind<T>(make: (kind: ListKind) => T): Record<ListKind, T> {
  return Object.fromEntries(LIST_KINDS.map((kind) => [kind, make(kind)])) as Record<ListKind, T>;
}
