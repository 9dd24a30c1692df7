import { expect, it } from "vitest";
import { PATIENT, startAuthHub } from "./hub.ts";
import { startIssuer } from "./provider.ts";
import { startProtectedServer } from "./server.ts";

it("each profile uses the account that it names, over a connection of its own", async () => {
  await using issuer = await startIssuer();
  await using server = await startProtectedServer(issuer);
  await using hub = await startAuthHub({
    servers: { web: { type: "http", url: server.url } },
    config: { profiles: { office: { accounts: { web: "work" } }, home: {} } },
  });
  // Nobody is signed in by default: what the server offers is learnt with the account that is.
  await hub.signIn("web", "work");
  const worker = hub.hub.addClient("worker", "office");
  const person = hub.hub.addClient("person", "home");
  const office = await hub.hub.open(undefined, worker);
  const call = (client: typeof worker, session: typeof office) =>
    hub.hub.request(
      {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "web__add", arguments: { a: 1, b: 2 } },
      },
      { session, client },
    );
  await expect
    .poll(async () => (await call(worker, office)).message?.result, PATIENT)
    .toMatchObject({ content: [{ text: "3" }] });
  const home = await hub.hub.open(undefined, person);
  expect((await call(person, home)).message?.error?.message).toMatch(/web has failed: .*401/);

  await hub.signIn("web", "default");
  await expect.poll(() => hub.state(), PATIENT).toBe("ready");
  expect((await call(person, home)).message?.result).toMatchObject({ content: [{ text: "3" }] });
  const [first = "", second = ""] = issuer.issued;
  const used = server.authorized.filter((header) => header !== undefined);
  expect(new Set(used)).toEqual(new Set([`Bearer ${first}`, `Bearer ${second}`]));
  expect(used.at(-1)).toBe(`Bearer ${second}`);
  expect((await call(worker, office)).message?.result).toMatchObject({ content: [{ text: "3" }] });
  expect(server.authorized.at(-1)).toBe(`Bearer ${first}`);
  expect((await hub.accounts()).map(({ name }) => name)).toEqual(["default", "work"]);
});
