export { dangersOf } from "./dangers.ts";
export { parseSnippet } from "./parse-snippet.ts";
