export { dangersOf } from "./dangers.ts";
export { type ParsedSnippet, parseSnippet, type SnippetServer } from "./parse-snippet.ts";
