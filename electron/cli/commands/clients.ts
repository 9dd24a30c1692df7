import { GatehouseError } from "../../../shared/errors.ts";
import type { Labels } from "../../../shared/model/client.ts";
import { readConnectToken } from "../../hub/home/connect-token.ts";
import { visible } from "../escape.ts";
import { table } from "../table.ts";
import { relativeTime } from "../times.ts";
import type { Context } from "./context.ts";
import { clientRows } from "./status.ts";

interface Json {
  readonly json?: true;
}

export interface AddClientOptions extends Json {
  readonly profile?: string;
  readonly connect?: true;
}

/** `client add NAME`: prints the bearer token, this once. */
export async function addClient(context: Context, name: string, options: AddClientOptions): Promise<void> {
  if (options.connect) return letConnectIn(context, name, options);
  const { io } = context;
  const { added, url } = await context.hub("either", async (hub) => {
    const added = await hub.call("clients.add", { name, profile: options.profile ?? null });
    const { hub: running } = await hub.call("hub.status", {});
    const { port } = await hub.call("settings.get", {});
    return { added, url: running.url ?? `http://127.0.0.1:${port}/mcp` };
  });
  if (options.json) return context.json(added);
  const header = `Authorization: Bearer ${added.token}`;
  io.out(`Added client ${visible(added.client.name)}. Its token, shown only now:\n\n  ${added.token}\n\n`);
  io.out(
    `Endpoint: ${visible(url)}\nFor example: claude mcp add --transport http gatehouse ${visible(url)} --header "${header}"\n`,
  );
}

/** How often it is looked whether a question has been answered, in milliseconds. */
const ANSWER_STEP_MS = 250;

/**
 * `client add NAME --connect`: the hub writes the token into the home folder, for `connect`. While a desktop is attached
 * only its person may do that: it is asked for, and the answer awaited. What was there already is good.
 */
async function letConnectIn(context: Context, name: string, options: AddClientOptions): Promise<void> {
  const profile = options.profile ?? null;
  const client = await context.hub("either", async (hub) => {
    const find = async () =>
      (await hub.call("clients.list", {})).clients.find(
        (each) => each.revokedAt === null && each.name.toLowerCase() === name.toLowerCase(),
      );
    const hasToken = (): boolean => readConnectToken(context.home, name) !== undefined;
    const before = await find();
    if (before !== undefined && hasToken()) return before;
    if (before !== undefined)
      throw new GatehouseError(
        "name_taken",
        `there is a client named ${name} already, and its token is not in the home folder`,
        `Choose another name (connect --client NAME), or revoke that one: gatehouse client revoke ${name}`,
      );
    const { hub: running } = await hub.call("hub.status", {});
    if (!running.desktop) return (await hub.call("clients.addConnect", { name, profile })).client;
    const { id } = await hub.call("questions.ask", { change: { type: "client.add", name, profile } });
    while ((await hub.call("questions.list", {})).pending.some((question) => question.id === id))
      await new Promise((resolve) => setTimeout(resolve, ANSWER_STEP_MS));
    const added = await find();
    if (added !== undefined && hasToken()) return added;
    throw new GatehouseError(
      "forbidden",
      `the client ${name} was not let in`,
      "The answer was no. To be asked again, start the client anew.",
    );
  });
  if (options.json) return context.json({ client });
  context.io.out(
    `The client ${visible(client.name)} may connect: gatehouse connect --client ${visible(name)}\n`,
  );
}

/** `client list`. */
export async function listClients(context: Context, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("clients.list", {}));
  if (options.json) context.json(found);
  else context.io.out(clientRows(context, found.clients));
}

/** `client show NAME`: a client with its live sessions. */
export async function showClient(context: Context, name: string, options: Json): Promise<void> {
  const client = await context.hub("either", (hub) => hub.call("clients.get", { name }));
  if (options.json) return context.json({ client });
  const now = context.io.now();
  const claim = client.claimedName === null ? "" : `, which calls itself "${visible(client.claimedName)}"`;
  context.io.out(`${clientRows(context, [client])}${claim === "" ? "" : `\nid ${client.id}${claim}\n`}`);
  if (client.sessionList.length === 0) return context.io.out("\nNo live sessions.\n");
  context.io.out(
    `\n${table(
      ["SESSION", "REVISION", "VIA", "PROGRAM", "PROCESS", "SCOPE", "PROJECT", "RUNNING", "LAST USED"],
      client.sessionList.map((session) => [
        session.label,
        session.revision,
        session.transport,
        session.claimedName ?? "-",
        session.process === null ? "-" : `${session.process.name ?? "?"} ${session.process.pid}`,
        session.scope,
        session.project ?? "-",
        { text: String(session.running), right: true },
        relativeTime(session.lastUsedAt, now),
      ]),
    )}`,
  );
}

export interface EditClientOptions extends Json {
  readonly rename?: string;
  /** A profile's name; false takes it away. */
  readonly profile?: string | false;
  readonly environment?: string | false;
  readonly team?: string | false;
}

/** `client edit NAME`: another name, profile or labels; what is not named stays. */
export async function editClient(context: Context, name: string, options: EditClientOptions): Promise<void> {
  const found = await context.hub("either", async (hub) => {
    const { labels } = await hub.call("clients.get", { name });
    return hub.call("clients.update", {
      name,
      ...(options.rename === undefined ? {} : { newName: options.rename }),
      ...(options.profile === undefined ? {} : { profile: options.profile || null }),
      labels: withLabels(labels, options),
    });
  });
  if (options.json) context.json(found);
  else context.io.out(clientRows(context, [found.client]));
}

function withLabels(labels: Labels, { environment, team }: EditClientOptions): Labels {
  const next = { ...labels, ...(environment && { environment }), ...(team && { team }) };
  if (environment === false) delete next.environment;
  if (team === false) delete next.team;
  return next;
}

/** `client revoke NAME`: its token and its sessions end at once. */
export async function revokeClient(context: Context, name: string, options: Json): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("clients.revoke", { name }));
  if (options.json) context.json(found);
  else context.io.out(`Revoked client ${visible(found.client.name)}: its token no longer works.\n`);
}
