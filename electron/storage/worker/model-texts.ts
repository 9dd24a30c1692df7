import type { Payload } from "../../../shared/model/call.ts";
import { membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { ScanError } from "../../core/jsonrpc/scan.ts";

/** What of a recorded payload a model writes or reads as text, and the bytes that this stands for. */
export interface ModelText {
  readonly text: string;
  readonly bytes: number;
}

/** Of a request's params their arguments: what else a client sends, such as its capabilities, no model writes. */
export function argumentsText(params: Payload): ModelText {
  const bytes = Buffer.byteLength(params.text);
  if (params.truncated) return { text: params.text, bytes };
  try {
    const raw = Buffer.from(params.text);
    const given = membersOf(raw, { start: 0, end: raw.length }).find(({ key }) => key === "arguments");
    return { text: given === undefined ? params.text : textOf(raw, given.value), bytes };
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return { text: params.text, bytes };
  }
}

/** Base64 of this many characters or more is an image, sound or a file: no model reads it as text. */
const MEDIA = /"(data|blob)"\s*:\s*"[A-Za-z0-9+/=_-]{128,}("|$)/g;

/** Of a result everything but its media. One that was cut within a medium stands for all that was cut off. */
export function resultText(result: Payload): ModelText {
  let bytes = Buffer.byteLength(result.text);
  const text = result.text.replace(MEDIA, (_found, key: string, end: string) => {
    if (end === "") bytes = Math.max(bytes, result.bytes);
    return `"${key}":""`;
  });
  return { text, bytes };
}
