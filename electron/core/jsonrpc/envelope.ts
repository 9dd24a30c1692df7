/**
 * What one byte scan of a JSON-RPC message finds: offsets into the message's bytes, never copies.
 * `end` is exclusive; -1 in `start` means absent. All spans are of raw JSON text (strings with their quotes).
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type MessageKind = "request" | "notification" | "result" | "error";

export interface Envelope {
  readonly kind: MessageKind;
  /** The raw id; absent on notifications. Requests' and results' ids are JSON strings or numbers (an error's may be null). */
  readonly id: Span | undefined;
  /** Decoded; "" on results and errors. */
  readonly method: string;
  readonly params: Span | undefined;
  readonly result: Span | undefined;
  readonly error: Span | undefined;
  /** Members of `params` (when it is an object), in order. */
  readonly paramsMembers: readonly Member[];
  /** Members of `params._meta` (when it is an object), in order. */
  readonly metaMembers: readonly Member[];
  /** A raw line break stands between tokens: legal JSON, but it must be blanked before line framing. */
  readonly hasLineBreak: boolean;
  /** `result.isError` is literally true (meaningful for results of tools/call). */
  readonly resultIsError: boolean;
  /** `result.resultType` decoded ("input_required", "complete", …); null: there is one that is no string. */
  readonly resultType: string | null | undefined;
}

export interface Member {
  /** Decoded key. */
  readonly key: string;
  readonly value: Span;
}
