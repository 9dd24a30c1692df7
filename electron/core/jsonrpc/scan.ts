import type { Envelope, Member, MessageKind, Span } from "./envelope.ts";
import { KeySet, KeyStack } from "./keys.ts";
import { KnownObjects } from "./known-objects.ts";
import { JsonLexer } from "./lexer.ts";
import { ScanError } from "./scan-error.ts";
import { asciiEquals, decodeName, decodeToken } from "./strings.ts";

export { ScanError } from "./scan-error.ts";

export interface ScanOptions {
  /** Most containers that may be open at once, the message itself included. Default 512. */
  readonly maxDepth?: number;
  /**
   * Where duplicate keys are refused. "envelope" (default): in the message, its params and params._meta;
   * "deep": also at any depth inside params, so that what was judged is what every parser of it will see.
   */
  readonly duplicates?: "envelope" | "deep";
}

const NO_MEMBERS: readonly Member[] = [];
const ENVELOPE_KEYS: readonly string[] = ["jsonrpc", "id", "method", "params", "result", "error"];
const LONGEST_KEY = 7;
const DEFAULT_DEPTH = 512;

/** The `_meta` objects of clients' requests, which are scanned in mode "deep" with the default depth. */
const knownMetas = new KnownObjects();

/**
 * Finds a JSON-RPC 2.0 message's envelope in one pass over its bytes (valid UTF-8, no BOM), validating all of it as
 * strictly as JSON.parse. Throws ScanError: -32700 exactly when JSON.parse would refuse the text (short of depth),
 * else -32600 with the first fault.
 */
export function scanMessage(bytes: Uint8Array, options: ScanOptions = {}): Envelope {
  return new MessageScan(bytes, options.maxDepth ?? DEFAULT_DEPTH, options.duplicates === "deep").run();
}

class MessageScan {
  readonly #bytes: Uint8Array;
  readonly #lexer: JsonLexer;
  readonly #maxDepth: number;
  readonly #deepKeys: KeyStack | undefined;
  /** Bit i: ENVELOPE_KEYS[i] was seen. */
  #seen = 0;
  #otherKeys: KeySet | undefined;
  /** The first fault of a text that is JSON so far; thrown at its end, when its id is known. */
  #fault = "";
  #id: Span | undefined;
  #idIsNull = false;
  #idIsDoubtful = false;
  #method = "";
  #params: Span | undefined;
  #result: Span | undefined;
  #error: Span | undefined;
  #paramsMembers = NO_MEMBERS;
  #metaMembers = NO_MEMBERS;
  #resultIsError = false;
  #resultType: string | null | undefined;

  constructor(bytes: Uint8Array, maxDepth: number, deep: boolean) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
    this.#lexer = new JsonLexer(bytes, bytes.length, maxDepth);
    this.#deepKeys = deep ? new KeyStack() : undefined;
  }

  run(): Envelope {
    try {
      return this.#message();
    } catch (error) {
      if (!(error instanceof ScanError) || error.batch) throw error;
      const id = this.#idIsNull || this.#idIsDoubtful ? undefined : this.#id;
      throw id === undefined ? error : new ScanError(error.code, error.message, id);
    }
  }

  #message(): Envelope {
    const lexer = this.#lexer;
    const start = lexer.space(0);
    const first = lexer.at(start);
    const isObject = first === 0x7b;
    const end = isObject ? this.#envelope(start) : lexer.value(start, 0);
    const rest = lexer.space(end);
    if (rest < this.#bytes.length) lexer.expected("nothing after the message", rest);
    if (first === 0x5b)
      throw new ScanError(-32600, "the message is an array: batches are not supported here", undefined, true);
    if (!isObject) throw new ScanError(-32600, "the message is not an object");
    const kind = this.#classify();
    if (this.#fault !== "") throw new ScanError(-32600, this.#fault);
    return {
      kind,
      id: this.#id,
      method: this.#method,
      params: this.#params,
      result: this.#result,
      error: this.#error,
      paramsMembers: this.#paramsMembers,
      metaMembers: this.#metaMembers,
      hasLineBreak: lexer.lineBreak,
      resultIsError: this.#resultIsError,
      resultType: this.#resultType,
    };
  }

  #envelope(start: number): number {
    const lexer = this.#lexer;
    for (let at = lexer.enter(start, 1); at !== -1; ) {
      const key = this.#key();
      const index = ENVELOPE_KEYS.indexOf(key);
      if (index === -1) this.#otherKey(key, lexer.keyStart);
      else if ((this.#seen & (1 << index)) !== 0) this.#duplicate(lexer.keyStart, key === "id");
      else this.#seen |= 1 << index;
      at = lexer.following(this.#envelopeValue(index, at));
    }
    return lexer.next;
  }

  /** Passes the value of a known key (by index) or of an unknown one (-1), and keeps what the envelope needs of it. */
  #envelopeValue(index: number, at: number): number {
    const lexer = this.#lexer;
    const byte = lexer.at(at);
    switch (ENVELOPE_KEYS[index]) {
      case "params": {
        if (byte === 0x7b) return this.#paramsObject(at);
        const end = lexer.value(at, 1, this.#deepKeys);
        this.#noteDeepDuplicate();
        if (byte !== 0x5b) this.#note(`params is neither an object nor an array at byte ${at}`);
        this.#params = { start: at, end };
        return end;
      }
      case "result": {
        const end = byte === 0x7b ? this.#resultObject(at) : lexer.value(at, 1);
        this.#result = { start: at, end };
        return end;
      }
      case "error": {
        const end = lexer.value(at, 1);
        if (byte !== 0x7b) this.#note(`error is not an object at byte ${at}`);
        this.#error = { start: at, end };
        return end;
      }
      case "id": {
        const end = lexer.value(at, 1);
        this.#idIsNull = byte === 0x6e;
        if (byte === 0x22 || byte === 0x2d || byte === 0x6e || (byte >= 0x30 && byte <= 0x39)) {
          this.#id = { start: at, end };
        } else this.#note(`id is neither a string nor a number at byte ${at}`);
        return end;
      }
      case "method": {
        const end = lexer.value(at, 1);
        if (byte === 0x22) this.#method = decodeName(this.#bytes, at, end);
        else this.#note(`method is not a string at byte ${at}`);
        return end;
      }
      case "jsonrpc": {
        const end = lexer.value(at, 1);
        if (byte !== 0x22 || !this.#tokenIs("2.0", at, end, lexer.escaped)) {
          this.#note(`jsonrpc is not "2.0" at byte ${at}`);
        }
        return end;
      }
      default:
        return lexer.value(at, 1);
    }
  }

  #paramsObject(start: number): number {
    const lexer = this.#lexer;
    const members: Member[] = [];
    const keys = new KeySet();
    for (let at = lexer.enter(start, 2); at !== -1; ) {
      const key = this.#key();
      if (!keys.add(key)) this.#duplicate(lexer.keyStart);
      const end =
        key === "_meta" && lexer.at(at) === 0x7b ? this.#metaObject(at) : lexer.value(at, 2, this.#deepKeys);
      members.push({ key, value: { start: at, end } });
      at = lexer.following(end);
    }
    this.#noteDeepDuplicate();
    this.#paramsMembers = members;
    this.#params = { start, end: lexer.next };
    return lexer.next;
  }

  #metaObject(start: number): number {
    const lexer = this.#lexer;
    const mayBeKnown = this.#maxDepth === DEFAULT_DEPTH && this.#deepKeys !== undefined;
    const known = mayBeKnown ? knownMetas.find(this.#bytes, start, this.#bytes.length) : 0;
    if (known > 0) {
      this.#metaMembers = knownMetas.membersAt(start);
      return start + known;
    }
    const members: Member[] = [];
    const keys = new KeySet();
    for (let at = lexer.enter(start, 3); at !== -1; ) {
      const key = this.#key();
      if (!keys.add(key)) this.#duplicate(lexer.keyStart);
      const end = lexer.value(at, 3, this.#deepKeys);
      members.push({ key, value: { start: at, end } });
      at = lexer.following(end);
    }
    this.#metaMembers = members;
    // A fault or a line break that came before it keeps it from being remembered too, which only costs the next scan.
    const isSound = this.#fault === "" && !lexer.lineBreak && this.#deepKeys?.duplicateAt === -1;
    if (mayBeKnown && isSound) knownMetas.add(this.#bytes, start, lexer.next, members);
    return lexer.next;
  }

  /** Of duplicate members the last one counts, as in JSON.parse. */
  #resultObject(start: number): number {
    const lexer = this.#lexer;
    for (let at = lexer.enter(start, 2); at !== -1; ) {
      const { keyStart, keyEnd, keyEscaped } = lexer;
      const end = lexer.value(at, 2);
      if (this.#tokenIs("isError", keyStart, keyEnd, keyEscaped)) {
        this.#resultIsError = lexer.at(at) === 0x74;
      } else if (this.#tokenIs("resultType", keyStart, keyEnd, keyEscaped)) {
        this.#resultType = lexer.at(at) === 0x22 ? decodeToken(this.#bytes, at, end) : null;
      }
      at = lexer.following(end);
    }
    return lexer.next;
  }

  #classify(): MessageKind {
    const seen = (key: string): boolean => (this.#seen & (1 << ENVELOPE_KEYS.indexOf(key))) !== 0;
    const outcome = this.#result !== undefined || this.#error !== undefined;
    if (!seen("jsonrpc")) this.#note("jsonrpc is missing");
    if (seen("method")) {
      if (outcome) this.#note("the message has a method and also a result or an error");
      if (this.#idIsNull) this.#note("the id is null, which only an error may have");
      return seen("id") ? "request" : "notification";
    }
    if (!outcome) this.#note("the message has no method, no result and no error");
    if (this.#result === undefined) return "error";
    if (this.#error !== undefined) this.#note("the message has both a result and an error");
    if (!seen("id")) this.#note("the result has no id");
    else if (this.#idIsNull) this.#note("the id is null, which only an error may have");
    return "result";
  }

  #key(): string {
    return decodeName(this.#bytes, this.#lexer.keyStart, this.#lexer.keyEnd);
  }

  #otherKey(key: string, at: number): void {
    this.#otherKeys ??= new KeySet();
    if (!this.#otherKeys.add(key)) this.#duplicate(at);
    if (key.length > LONGEST_KEY) return;
    // Both ways, so that the letters that only one way folds (U+017F, U+212A) are caught as other parsers catch them.
    const folded = key.toUpperCase().toLowerCase();
    if (ENVELOPE_KEYS.includes(folded)) {
      this.#note(`a key differs from "${folded}" only in case at byte ${at}`);
      if (folded === "id") this.#idIsDoubtful = true;
    }
  }

  #tokenIs(text: string, start: number, end: number, escaped: boolean): boolean {
    if (escaped) return decodeToken(this.#bytes, start, end) === text;
    return end - start === text.length + 2 && asciiEquals(this.#bytes, start + 1, text);
  }

  #duplicate(at: number, ofId = false): void {
    if (ofId) this.#idIsDoubtful = true;
    this.#note(`duplicate key at byte ${at}`);
  }

  #noteDeepDuplicate(): void {
    const at = this.#deepKeys?.duplicateAt ?? -1;
    if (at !== -1) this.#duplicate(at);
  }

  #note(fault: string): void {
    if (this.#fault === "") this.#fault = fault;
  }
}
