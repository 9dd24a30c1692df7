import { describe, expect, it } from "vitest";
import type { ManagedServer } from "../servers/managed-server.ts";
import { Session } from "../sessions.ts";
import { ownerOf, TaskBook } from "./task-book.ts";

const server = (name: string, owner?: Session) =>
  ({ name, owner, place: owner && { key: owner.id, owner, project: null } }) as ManagedServer;
const session = (clientId: string | null, id = "s"): Session =>
  new Session(id, {
    idHash: "",
    label: "",
    clientId,
    scope: "all:",
    revision: "2025-11-25",
    capabilities: "{}",
    clientInfo: "{}",
    transport: "http",
    project: null,
    createdAt: 0,
    lastUsedAt: 0,
  });
const tool = { server: "", kind: "tools", key: "slow", exposed: "slow" } as const;
const client = (id: string | null) => ({ id, name: "c", profile: null });

describe("the book of tasks", () => {
  const mine = session("c1");
  const add = (book: TaskBook, at: ManagedServer, ownId: string, owner = "o") =>
    book.add({ owner, ownId, server: at, tool, session: mine });

  it("calls two servers' tasks of one id apart for their owner, and keeps other ids", () => {
    const book = new TaskBook();
    const ids = ["one", "two", "three"].map((name) => add(book, server(name), "1").id);
    expect(ids).toEqual(["1", "two:1", "three:1"]);
    expect(book.find("o", "two:1")?.server.name).toBe("two");
    expect(add(book, server("two"), "1").id).toBe("two:1");
    expect(add(book, server("two"), "1", "other").id).toBe("1");
  });

  it("takes a task from its owner when the server gives its id to another's", () => {
    const book = new TaskBook();
    add(book, server("one"), "1");
    add(book, server("one"), "1", "other");
    expect([book.find("o", "1"), book.find("other", "1")?.owner]).toEqual([undefined, "other"]);
    expect(book.at(server("one"), "1")?.owner).toBe("other");
  });

  it("forgets the tasks of a session's own instances with the session, and an anonymous one's", () => {
    const book = new TaskBook();
    const anonymous = session(null, "a");
    add(book, server("one", mine), "1");
    add(book, server("one"), "2");
    book.add({ owner: "x", ownId: "3", server: server("one"), tool, session: anonymous });
    book.sessionEnded(mine);
    book.sessionEnded(anonymous);
    expect([book.find("o", "1"), book.find("o", "2")?.id, book.find("x", "3")]).toEqual([
      undefined,
      "2",
      undefined,
    ]);
  });

  it("knows owners by their client in all its sessions, anonymous ones by their session, and keeps the eras apart", () => {
    const stateless = session("c1", "");
    stateless.quiet = true;
    const owners = [
      ownerOf(client("c1"), session("c1", "s1")),
      ownerOf(client("c1"), session("c1", "s2")),
      ownerOf(client("c2"), session("c2", "s3")),
      ownerOf(client(null), session(null, "s4")),
      ownerOf(client(null), session(null, "s5")),
      ownerOf(client("c1"), stateless),
    ];
    expect(owners[0]).toBe(owners[1]);
    expect(new Set(owners).size).toBe(5);
  });
});
