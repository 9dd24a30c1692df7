import { useEffect, useState } from "react";
import { createJsonParser, type JsonTree } from "./parse.ts";

/** Parsing in progress, the tree, or why the text is not JSON. */
export type JsonResult =
  | { readonly phase: "parsing"; readonly progress: number }
  | { readonly phase: "ready"; readonly tree: JsonTree }
  | { readonly phase: "invalid"; readonly message: string };

/** Longest time one slice of parsing may hold the page, in milliseconds. */
const SLICE_MS = 10;
const SMALL = 50_000;

function start(text: string, truncated: boolean) {
  const parser = createJsonParser(text, truncated);
  const finish = (): JsonResult => {
    try {
      return { phase: "ready", tree: parser.result() };
    } catch (error) {
      return { phase: "invalid", message: error instanceof Error ? error.message : String(error) };
    }
  };
  return { parser, finish };
}

/** Parses JSON text: at once when small, else in slices that never block the page. */
export function useJson(text: string, truncated: boolean): JsonResult {
  const [result, setResult] = useState<{ text: string; value: JsonResult }>(() => ({
    text: "",
    value: parseSmall(text, truncated),
  }));
  useEffect(() => {
    const small = parseSmall(text, truncated);
    setResult({ text, value: small });
    if (small.phase !== "parsing") return;
    const { parser, finish } = start(text, truncated);
    let timer: ReturnType<typeof setTimeout>;
    const slice = (): void => {
      const until = performance.now() + SLICE_MS;
      const done = parser.run(() => performance.now() > until);
      setResult({ text, value: done ? finish() : { phase: "parsing", progress: parser.progress() } });
      if (!done) timer = setTimeout(slice, 0);
    };
    timer = setTimeout(slice, 0);
    return () => clearTimeout(timer);
  }, [text, truncated]);
  return result.text === text || result.text === "" ? result.value : parseSmall(text, truncated);
}

function parseSmall(text: string, truncated: boolean): JsonResult {
  if (text.length > SMALL) return { phase: "parsing", progress: 0 };
  const { parser, finish } = start(text, truncated);
  parser.run();
  return finish();
}
