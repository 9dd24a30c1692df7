import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = (name: string): string =>
  fileURLToPath(
    new URL(`../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`, import.meta.url),
  );

/** The four reference servers of npm, from the devDependencies; what they write lies in `folder`. */
export const realServers = (folder: string) => ({
  everything: { command: process.execPath, args: [script("everything")] },
  files: { command: process.execPath, args: [script("filesystem"), folder] },
  memory: {
    command: process.execPath,
    args: [script("memory")],
    env: { MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
  },
  thinking: { command: process.execPath, args: [script("sequential-thinking")] },
});

/** One call to each of them, and a text that its answer holds. `folder` holds note.txt with NOTE in it. */
export const NOTE = "a note that only the filesystem server can know";
let entities = 0;
export const realCalls = (folder: string) => [
  { server: "everything", tool: "get-sum", args: { a: 2, b: 40 }, answer: "42" },
  { server: "files", tool: "read_text_file", args: { path: join(folder, "note.txt") }, answer: NOTE },
  {
    server: "memory",
    tool: "create_entities",
    args: { entities: [{ name: `gate ${entities++}`, entityType: "thing", observations: ["it is open"] }] },
    answer: "it is open",
  },
  {
    server: "thinking",
    tool: "sequentialthinking",
    args: { thought: "One step.", nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
    answer: "thoughtHistoryLength",
  },
];
