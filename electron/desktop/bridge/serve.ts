import type { z } from "zod";
import { type Bridge, bridgeArguments } from "../../../shared/bridge.ts";
import type { BridgeAnswer } from "../../../shared/bridge-channels.ts";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { asSentence } from "../owner/sentence.ts";

type Method = Exclude<keyof Bridge, "platform" | "versions" | "onHubChange">;
type Schemas = typeof bridgeArguments;
type Value<M extends Method> = Awaited<ReturnType<Bridge[M]>>;

/** What answers each call of the window, after its arguments were parsed. */
export type BridgeHandlers = {
  readonly [M in Method]: M extends keyof Schemas
    ? (args: z.output<Schemas[M]>) => Promise<Value<M>> | Value<M>
    : () => Promise<Value<M>> | Value<M>;
};

/** Answers one call of the window; a failure is a sentence with what to do. Never rejects. */
export async function answerBridge(
  handlers: BridgeHandlers,
  method: unknown,
  args: unknown,
): Promise<BridgeAnswer> {
  try {
    if (typeof method !== "string" || !Object.hasOwn(handlers, method))
      throw new GatehouseError("bad_request", "the desktop knows no such call");
    const handler = handlers[method as Method] as (args: unknown) => unknown;
    return { ok: true, value: await handler(parsedArguments(method, args)) };
  } catch (error) {
    const advice = error instanceof GatehouseError ? error.advice : undefined;
    const parts = advice === undefined ? [sentenceOf(error)] : [sentenceOf(error), advice];
    return { ok: false, message: parts.map(asSentence).join(" ") };
  }
}

function parsedArguments(method: string, args: unknown): unknown {
  if (!Object.hasOwn(bridgeArguments, method)) return undefined;
  const schema: z.ZodType = bridgeArguments[method as keyof Schemas];
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GatehouseError(
    "bad_request",
    `${issue?.path.join(".") || method}: ${issue?.message ?? "not valid"}`,
  );
}
