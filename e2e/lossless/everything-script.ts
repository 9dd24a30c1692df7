import { PATIENCE } from "../hub/kit.ts";
import { waitFor } from "../lib/wait.ts";
import type { Connected, Loose } from "./sdk-clients.ts";

/** What the SDK's 2.x client tells itself when it answers questions in rounds: no step of the server's. */
const OWN_STEP = /^Fulfilling input required/;
const STATIC = "demo://resource/static/document/architecture.md";

/** Members of results that frame them in the stateless era only. */
const FRAMING: readonly string[] = ["resultType", "ttlMs", "cacheScope"];

/** Every value that a step of the script gave, by the step's name. */
export type Findings = Readonly<Record<string, unknown>>;

/** The step's value, or its error as a value. */
async function settled(step: () => Promise<unknown>): Promise<unknown> {
  try {
    return plain(await step());
  } catch (error) {
    const { code, message, data } = error as { code?: unknown; message: string; data?: unknown };
    return plain({ thrown: { code, message, data } });
  }
}

/** A value without what differs from run to run (times of day) and what frames results in one era only. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (key, each: Loose) => {
    if (FRAMING.includes(key)) return undefined;
    if (key === "blob") return Buffer.from(String(each), "base64").toString("latin1");
    if (key !== "_meta") return each;
    const { "io.modelcontextprotocol/serverInfo": _, ...rest } = each;
    return Object.keys(rest).length === 0 ? undefined : rest;
  });
  return text === undefined
    ? undefined
    : JSON.parse(text.replace(/\d{1,2}:\d\d:\d\d[\s\u202f]?[AP]M/g, "TIME").replace(/gift-\w+/g, "GIFT"));
}

/** What a call of a tool gives, with all that the client was asked and told of its progress meanwhile. */
async function called({ callTool, asked }: Connected, name: string, args: object): Promise<unknown> {
  const before = asked.length;
  const progress: unknown[] = [];
  // The last step comes together with the answer, after which the SDK's clients may already have stopped listening.
  const onprogress = (step: Loose): void => {
    if (step.progress !== step.total && !OWN_STEP.test(step.message)) progress.push(plain(step));
  };
  const result = await settled(() => callTool({ name, arguments: args }, { onprogress }));
  return { result, asked: plain(asked.slice(before)), progress };
}

/** The calls that need nothing but a running server: also what is done again after a restart of the hub. */
export async function everythingCalls(connected: Connected, unique: string): Promise<Findings> {
  const found: Record<string, unknown> = {};
  const call = async (step: string, name: string, args: object = {}): Promise<void> => {
    found[step] = await called(connected, name, args);
  };
  await call("echo", "echo", { message: "é😀 \u2028 \u0000 \ud800" });
  await call("sum", "get-sum", { a: 0.1, b: 9007199254740991 });
  await call("annotated", "get-annotated-message", { messageType: "error", includeImage: true });
  await call("links", "get-resource-links", { count: 3 });
  await call("reference", "get-resource-reference", { resourceType: "Blob", resourceId: 7 });
  await call("structured", "get-structured-content", { location: "Chicago" });
  await call("image", "get-tiny-image");
  await call("gzip", "gzip-file-as-resource", {
    name: `gift-${unique}`,
    data: "data:text/plain,gift",
    outputType: "resource",
  });
  await call("sampling", "trigger-sampling-request", { prompt: "Say é😀", maxTokens: 17 });
  await call("elicitation", "trigger-elicitation-request");
  await call("url elicitation", "trigger-url-elicitation", {
    url: "https://example.com/a?b=c",
    elicitationId: "elicitation-1",
  });
  await call("roots", "get-roots-list");
  await call("long", "trigger-long-running-operation", { duration: 0.4, steps: 4 });
  return found;
}

/** All that the server offers to a client with everything. */
export async function everythingScript(connected: Connected, unique: string): Promise<Findings> {
  const { client, callTool, updated } = connected;
  const found: Record<string, unknown> = {};
  const step = async (name: string, run: () => Promise<unknown>): Promise<void> => {
    found[name] = await settled(run);
  };
  await step("instructions", async () => client.getInstructions());
  await step("tools", () => client.listTools());
  await step("prompts", () => client.listPrompts());
  await step("templates", () => client.listResourceTemplates());
  await step("resources", async () => {
    const { resources } = await client.listResources();
    return resources.filter(({ uri }: { uri: string }) => !uri.includes("gift-"));
  });
  await step("simple prompt", () => client.getPrompt({ name: "simple-prompt" }));
  await step("prompt with arguments", () =>
    client.getPrompt({ name: "args-prompt", arguments: { city: "Zürich", state: "ZH" } }),
  );
  await step("prompt with a resource", () =>
    client.getPrompt({ name: "resource-prompt", arguments: { resourceType: "Text", resourceId: "3" } }),
  );
  // The hub knows the prompts and answers in its own words.
  await step("unknown prompt", () =>
    client.getPrompt({ name: "no-prompt" }).catch((error: { code: number }) => error.code),
  );
  await step("static resource", () => client.readResource({ uri: STATIC }));
  await step("text resource", () => client.readResource({ uri: "demo://resource/dynamic/text/5" }));
  await step("blob resource", () => client.readResource({ uri: "demo://resource/dynamic/blob/6" }));
  await step("completion of a prompt", () =>
    client.complete({
      ref: { type: "ref/prompt", name: "completable-prompt" },
      argument: { name: "department", value: "E" },
    }),
  );
  await step("completion in its context", () =>
    client.complete({
      ref: { type: "ref/prompt", name: "completable-prompt" },
      argument: { name: "name", value: "" },
      context: { arguments: { department: "Engineering" } },
    }),
  );
  await step("completion of a template", () =>
    client.complete({
      ref: { type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" },
      argument: { name: "resourceId", value: "12" },
    }),
  );
  Object.assign(found, await everythingCalls(connected, unique));
  await step("wrong arguments", async () => {
    const result = await callTool({ name: "get-sum", arguments: { a: "one" } });
    return { isError: result.isError, names: /\bb\b|\ba\b/.test(JSON.stringify(result.content)) };
  });
  await step("updates of a resource", async () => {
    const unsubscribe = await connected.subscribe(STATIC);
    await callTool({ name: "toggle-subscriber-updates", arguments: {} });
    await waitFor(() => updated.includes(STATIC), { deadlineMs: PATIENCE, what: "an updated resource" });
    const stopped = await callTool({ name: "toggle-subscriber-updates", arguments: {} });
    await unsubscribe();
    return stopped;
  });
  return found;
}
