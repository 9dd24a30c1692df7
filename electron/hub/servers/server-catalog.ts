import type { Problem, Tool } from "../../../shared/model/server.ts";
import { describeTool, readTools, type ToolEntry } from "../../core/catalog/tool-entry.ts";
import { readServerHello, type ServerHello } from "../../core/mcp/session-era/initialize.ts";

/** A server's catalogue as raw JSON: what it said of itself, and its tools. */
export interface LearntCatalog {
  readonly tools: Uint8Array;
  readonly initialize: Uint8Array;
}

/** What is known of one server's catalogue, from this run or remembered from an earlier one. */
export class ServerCatalog {
  #tools: readonly ToolEntry[] | undefined;
  #problems: readonly Problem[] = [];
  #hello: ServerHello | undefined;
  #learning: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  /** The usable tools; undefined when the catalogue was never learnt. */
  get tools(): readonly ToolEntry[] | undefined {
    return this.#tools;
  }

  /** The tools that were left out, and why. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get hello(): ServerHello | undefined {
    return this.#hello;
  }

  /** Takes a catalogue over. Throws when it cannot be read; then what was known stays. */
  put(catalog: LearntCatalog): void {
    const reading = readTools(catalog.tools);
    this.#hello = readServerHello(catalog.initialize);
    this.#tools = reading.tools;
    this.#problems = reading.problems;
    this.settle();
  }

  /** Resolves when the catalogue is known, or at the next `settle`. */
  learnt(): Promise<void> {
    if (this.#tools !== undefined) return Promise.resolve();
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

  describe(exposedName: (tool: string) => string): Tool[] {
    return (this.#tools ?? []).map((entry) => describeTool(entry, exposedName(entry.name)));
  }
}
