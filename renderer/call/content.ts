import { isContainer, type JsonNode, member, stringMember } from "../lib/json/parse.ts";

/** One block of a tool's result, as far as it can be shown; everything in it is the server's. */
export type ContentBlock =
  | { readonly type: "text"; readonly text: string; readonly cut: boolean }
  | { readonly type: "image"; readonly mime: string; readonly url: string | null; readonly bytes: number }
  | { readonly type: "audio"; readonly mime: string; readonly url: string | null; readonly bytes: number }
  | {
      readonly type: "link";
      readonly name: string;
      readonly uri: string;
      readonly mime: string | null;
      readonly description: string | null;
      /** As the server says, in bytes. */
      readonly size: string | null;
    }
  | {
      readonly type: "resource";
      readonly uri: string;
      readonly mime: string | null;
      readonly text: string | null;
      /** What a binary resource holds, where it is an image or sound of an allowed type. */
      readonly media: { readonly kind: "image" | "audio"; readonly url: string } | null;
      readonly bytes: number | null;
    }
  | { readonly type: "other"; readonly name: string };

// Raster images and audio only: an SVG is a document.
const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const AUDIO = new Set([
  "audio/wav",
  "audio/x-wav",
  "audio/mpeg",
  "audio/mp3",
  "audio/ogg",
  "audio/webm",
  "audio/mp4",
  "audio/aac",
  "audio/flac",
]);

const base64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** A data URL of one of the allowed types, or null when the data is not plain base64 or was cut. */
function mediaUrl(mime: string, data: string, cut: boolean, allowed: ReadonlySet<string>): string | null {
  const type = mime.toLowerCase();
  if (cut || !allowed.has(type) || !base64.test(data)) return null;
  return `data:${type};base64,${data.replace(/\s+/g, "")}`;
}

/** The content blocks of a call's result; empty when it has none. At most `limit` are read. */
export function contentBlocks(result: JsonNode, limit = 200): ContentBlock[] {
  const content = member(result, "content");
  if (content === undefined || !isContainer(content)) return [];
  return content.children.slice(0, limit).map(readBlock);
}

function readBlock(node: JsonNode): ContentBlock {
  const type = stringMember(node, "type") ?? "";
  const mime = stringMember(node, "mimeType") ?? null;
  if (type === "text") {
    const text = member(node, "text");
    return text?.kind === "string"
      ? { type, text: text.text, cut: text.cut }
      : { type: "other", name: "text without text" };
  }
  if (type === "image" || type === "audio") {
    const data = member(node, "data");
    const raw = data?.kind === "string" ? data.text : "";
    const cut = data?.kind === "string" ? data.cut : true;
    const allowed = type === "image" ? IMAGES : AUDIO;
    return {
      type,
      mime: mime ?? "",
      url: mediaUrl(mime ?? "", raw, cut, allowed),
      bytes: Math.floor((raw.length * 3) / 4),
    };
  }
  if (type === "resource_link")
    return {
      type: "link",
      name: stringMember(node, "title") ?? stringMember(node, "name") ?? "",
      uri: stringMember(node, "uri") ?? "",
      mime,
      description: stringMember(node, "description") ?? null,
      size: numberMember(node, "size"),
    };
  if (type === "resource") {
    const resource = member(node, "resource");
    const blob = member(resource, "blob");
    const resourceMime = stringMember(resource, "mimeType") ?? null;
    return {
      type,
      uri: stringMember(resource, "uri") ?? "",
      mime: resourceMime,
      text: stringMember(resource, "text") ?? null,
      media: blob?.kind === "string" ? mediaOf(resourceMime ?? "", blob.text, blob.cut) : null,
      bytes: blob?.kind === "string" ? Math.floor((blob.text.length * 3) / 4) : null,
    };
  }
  return { type: "other", name: type === "" ? "a block without a type" : type };
}

function mediaOf(
  mime: string,
  data: string,
  cut: boolean,
): { readonly kind: "image" | "audio"; readonly url: string } | null {
  for (const [kind, allowed] of [
    ["image", IMAGES],
    ["audio", AUDIO],
  ] as const) {
    const url = mediaUrl(mime, data, cut, allowed);
    if (url !== null) return { kind, url };
  }
  return null;
}

function numberMember(node: JsonNode, key: string): string | null {
  const found = member(node, key);
  return found?.kind === "number" ? found.text : null;
}
