import type { Client } from "@modelcontextprotocol/client";

export interface Driver {
  readonly client: Client;
  readonly signIn: () => Promise<void>;
  /** Resolves when the server is up or has given up, with its state. */
  readonly settled: () => Promise<string>;
  readonly context: Record<string, unknown>;
}

/** Most sign-ins that one call leads to: a person gives up too. */
export const MOST_SIGN_INS = 3;

/** Makes the calls that a scenario waits for. */
export async function drive(scenario: string, driver: Driver): Promise<void> {
  const { client } = driver;
  const { tools } = await withSignIn(driver, () => client.listTools());
  // Where a scenario says which calls it waits for, these are made.
  const named = (driver.context.toolCalls ?? []) as { name: string; arguments: Record<string, unknown> }[];
  for (const call of named) await client.callTool(call);
  for (const tool of named.length > 0 ? [] : tools) {
    const args = sample(tool.inputSchema as Schema, scenario === "tools_call" ? { a: 5, b: 3 } : {});
    await withSignIn(driver, () => client.callTool({ name: tool.name, arguments: args }));
  }
  const capabilities = client.getServerCapabilities() ?? {};
  if (capabilities.prompts !== undefined) {
    const { prompts } = await client.listPrompts();
    for (const { name } of prompts) await client.getPrompt({ name, arguments: {} });
  }
  if (capabilities.resources !== undefined) {
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
  }
}

/** Does something; where the server wants another sign-in for it, signs in and does it again. */
async function withSignIn<T>({ signIn, settled }: Driver, action: () => Promise<T>): Promise<T> {
  for (let signIns = 0; ; signIns++) {
    try {
      return await action();
    } catch (error) {
      const wanted = /sign in/.test((error as Error).message) || (await settled()) === "needs-auth";
      if (!wanted || signIns === MOST_SIGN_INS) throw error;
      await signIn();
      await settled();
    }
  }
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** Arguments that fit a schema. */
function sample({ properties = {} }: Schema, given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, given[name] ?? valueFor(schema)]),
  );
}

function valueFor(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case "number":
      return 1.5;
    case "integer":
      return 42;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return sample(schema, {});
    default:
      return "text";
  }
}
