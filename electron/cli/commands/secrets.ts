import { GatehouseError } from "../../../shared/errors.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { Control } from "../control.ts";
import { visible } from "../escape.ts";
import { table } from "../table.ts";
import { relativeTime } from "../times.ts";
import type { Context } from "./context.ts";

interface Json {
  readonly json?: true;
}

/** How often it is looked whether a question has been answered, in milliseconds. */
const ANSWER_STEP_MS = 250;

/** `secret set NAME`: the value from stdin, or typed unseen; never from the command line, which others can read. */
export async function setSecret(context: Context, name: string, options: Json): Promise<void> {
  const { io } = context;
  const value = withoutLastBreak(
    (await io.readInput()) ?? (await io.readHidden(`Value of ${visible(name)}: `)),
  );
  if (value === "")
    throw new GatehouseError(
      "bad_usage",
      "a secret must not be empty",
      `For example: printf %s "$TOKEN" | gatehouse secret set ${name}`,
    );
  const done = await context.hub("either", async (hub) =>
    (await isForDesktop(hub))
      ? askDesktop(hub, { type: "secret.set", name, value }, `the secret ${name} was not set`)
      : hub.call("secrets.set", { name, value }),
  );
  if (options.json) return context.json({ name, ...done });
  io.out(`Set the secret ${visible(name)}; write \${secret:${visible(name)}} where a server needs it.\n`);
  if (done === undefined) return;
  if (done.restarted.length > 0) io.out(`Started anew with it: ${done.restarted.map(visible).join(", ")}.\n`);
  if (!done.redacted)
    io.err(
      "warning: it is shorter than 8 characters: it is not taken out of logs and results, where it would hit other text\n",
    );
}

/** `secret remove NAME`. */
export async function removeSecret(context: Context, name: string, options: Json): Promise<void> {
  const done = await context.hub("either", async (hub) =>
    (await isForDesktop(hub))
      ? askDesktop(hub, { type: "secret.remove", name }, `the secret ${name} was not removed`)
      : hub.call("secrets.remove", { name }),
  );
  if (options.json) return context.json({ name, ...done });
  context.io.out(`Removed the secret ${visible(name)}.\n`);
  if (done !== undefined && done.servers.length > 0)
    context.io.err(
      `warning: ${done.servers.map(visible).join(", ")} still need it, and will not start without\n`,
    );
}

/** `secret list`: names, never values. */
export async function listSecrets(context: Context, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("secrets.list", {}));
  if (options.json) return context.json(found);
  const { io } = context;
  if (found.secrets.length === 0)
    return io.out("No secrets. Set one with: gatehouse secret set NAME (the value from stdin)\n");
  io.out(
    table(
      ["NAME", "SET", "SERVERS"],
      found.secrets.map(({ name, setAt, servers }) => [
        name,
        setAt === null ? "not set" : relativeTime(setAt, io.now()),
        servers.join(", ") || "-",
      ]),
    ),
  );
}

/** `secret unlock`: gives the file store's passphrase to the running hub, and chooses it the first time. */
export async function unlockSecrets(context: Context, options: Json): Promise<void> {
  const { io } = context;
  const piped = await io.readInput();
  await context.hub("running", async (hub) => {
    const before = await hub.call("secrets.status", {});
    let passphrase = withoutLastBreak(piped ?? "");
    if (piped === undefined) {
      passphrase = await io.readHidden(before.state === "new" ? "New passphrase: " : "Passphrase: ");
      if (before.state === "new" && (await io.readHidden("Once more: ")) !== passphrase)
        throw new GatehouseError("bad_usage", "the two are not the same", "Nothing was changed; try again.");
    }
    await hub.call("secrets.unlock", { passphrase });
  });
  const status = await context.hub("running", (hub) => hub.call("secrets.status", {}));
  if (options.json) return context.json(status);
  io.out("The file of secrets is open until the hub ends.\n");
}

/** While a desktop is attached only its person may change secrets. */
const isForDesktop = async (hub: Control): Promise<boolean> => (await hub.call("hub.status", {})).hub.desktop;

/** Asks in the desktop, and waits for the answer. */
async function askDesktop(
  hub: Control,
  change: Extract<Change, { type: "secret.set" | "secret.remove" }>,
  refused: string,
): Promise<undefined> {
  const before = await setAtOf(hub, change.name);
  const { id } = await hub.call("questions.ask", { change });
  while ((await hub.call("questions.list", {})).pending.some((question) => question.id === id))
    await new Promise((resolve) => setTimeout(resolve, ANSWER_STEP_MS));
  const after = await setAtOf(hub, change.name);
  if (change.type === "secret.set" ? after === before : after !== null)
    throw new GatehouseError("forbidden", refused, "The answer in the desktop was no, or the store refused.");
  return undefined;
}

async function setAtOf(hub: Control, name: string): Promise<string | null> {
  const { secrets } = await hub.call("secrets.list", {});
  return secrets.find((secret) => secret.name === name)?.setAt ?? null;
}

/** What `echo` and editors put after the value. */
const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, "");
