import { createHash, randomBytes } from "node:crypto";
import { GatehouseError } from "../../../shared/errors.ts";
import type { KeychainItems } from "./helper.ts";

/**
 * How a value lies in the keychain. The item named after it is its head: the value itself, or where its pieces are.
 * A new value's pieces are written under a generation of their own, then the head in one write, then the old pieces go:
 * a crash at any moment leaves the old or the new value whole. Base64, as items are C strings that may not be empty.
 */
const INLINE = "gatehouse1:value:";
const PIECES = "gatehouse1:pieces:";

interface Head {
  readonly generation: string;
  readonly count: number;
  readonly hash: string;
}

/** Items of any length. Rejects as the items below do. */
export interface Chunked {
  get(account: string): Promise<string | undefined>;
  /** `left` is told, before they are written, which items a crash may leave behind. */
  set(account: string, value: string, left: (accounts: string[]) => void): Promise<void>;
  remove(account: string): Promise<boolean>;
}

/** Values of any length over items of at most `limit` characters. */
export function chunked(items: KeychainItems, limit: number): Chunked {
  const pieces = (account: string, { generation, count }: Pick<Head, "generation" | "count">): string[] =>
    Array.from({ length: count }, (_, index) => `${account}#${generation}.${index}`);

  const removeAll = async (accounts: readonly string[]): Promise<void> => {
    for (const account of accounts) await items.remove(account);
  };

  return {
    async get(account) {
      const text = await items.get(account);
      if (text === undefined) return undefined;
      if (text.startsWith(INLINE)) return decode(text.slice(INLINE.length));
      const head = readHead(text);
      if (head === undefined) throw damaged(account);
      let whole = "";
      for (const piece of pieces(account, head)) whole += (await items.get(piece)) ?? "";
      if (hashOf(whole) !== head.hash) throw damaged(account);
      return decode(whole);
    },

    async set(account, value, left) {
      const old = readHead(await items.get(account));
      const encoded = Buffer.from(value, "utf8").toString("base64");
      const oldPieces = old === undefined ? [] : pieces(account, old);
      if (INLINE.length + encoded.length <= limit) {
        if (oldPieces.length > 0) left(oldPieces);
        await items.set(account, INLINE + encoded);
      } else {
        const generation = randomBytes(6).toString("hex");
        const head = { generation, count: Math.ceil(encoded.length / limit), hash: hashOf(encoded) };
        const accounts = pieces(account, head);
        left([...oldPieces, ...accounts]);
        for (const [index, piece] of accounts.entries())
          await items.set(piece, encoded.slice(index * limit, (index + 1) * limit));
        await items.set(account, `${PIECES}${generation}:${head.count}:${head.hash}`);
      }
      await removeAll(oldPieces);
    },

    async remove(account) {
      const old = readHead(await items.get(account));
      const existed = await items.remove(account);
      if (old !== undefined) await removeAll(pieces(account, old));
      return existed;
    },
  };
}

function readHead(text: string | undefined): Head | undefined {
  const found =
    text === undefined ? null : /^gatehouse1:pieces:([0-9a-f]+):(\d{1,5}):([0-9a-f]+)$/.exec(text);
  const [, generation, count, hash] = found ?? [];
  return generation === undefined || count === undefined || hash === undefined
    ? undefined
    : { generation, count: Number(count), hash };
}

const decode = (encoded: string): string => Buffer.from(encoded, "base64").toString("utf8");
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

const damaged = (account: string): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    `the keychain's item ${account} is not as Gatehouse has written it`,
    "Set that secret again.",
  );
