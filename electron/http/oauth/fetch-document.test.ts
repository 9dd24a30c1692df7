import { describe, expect, test } from "vitest";
import { type Address, isPublicAddress } from "../../web/pinned.ts";
import { createDocumentFetch, type DocumentNetwork, DocumentUnreachable } from "./fetch-document.ts";

const PUBLIC: Address = { address: "93.184.216.34", family: 4 };
const PRIVATE: Address = { address: "10.0.0.8", family: 4 };
const document = { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from("{}") };

/** A network that says what it was asked for. */
function network(answers: readonly (readonly Address[])[], fetched = document) {
  const resolved: string[] = [];
  const asked: string[] = [];
  const made: DocumentNetwork = {
    resolve(hostname) {
      resolved.push(hostname);
      return Promise.resolve(answers[resolved.length - 1] ?? []);
    },
    get(url, pinned) {
      asked.push(`${url.href} at ${pinned.address}`);
      return Promise.resolve(fetched);
    },
  };
  return { fetch: createDocumentFetch(made), resolved, asked };
}

describe("fetching a client's metadata document", () => {
  test("asks a public address, the one that was looked at", async () => {
    const { fetch, asked } = network([[PUBLIC]]);
    const response = await fetch("https://client.example/metadata.json");
    expect([response.status, await response.text()]).toEqual([200, "{}"]);
    expect(asked).toEqual(["https://client.example/metadata.json at 93.184.216.34"]);
  });

  test("a name that answers public first and private then is asked once, and the first answer is used", async () => {
    const { fetch, resolved, asked } = network([[PUBLIC], [PRIVATE], [PRIVATE]]);
    await fetch("https://rebinding.example/metadata.json");
    expect(resolved).toEqual(["rebinding.example"]);
    expect(asked).toEqual(["https://rebinding.example/metadata.json at 93.184.216.34"]);
  });

  test.each([
    ["a private address", "https://internal.example/", [PRIVATE]],
    ["a public and a private address", "https://both.example/", [PUBLIC, PRIVATE]],
    ["no address", "https://none.example/", []],
    ["an IPv6 loopback", "https://six.example/", [{ address: "::1", family: 6 as const }]],
  ])("a name with %s is not asked", async (_what, url, addresses) => {
    const { fetch, asked } = network([addresses]);
    await expect(fetch(url)).rejects.toThrow(/is not on the public internet|has no address/);
    expect(asked).toEqual([]);
  });

  test.each([
    "https://127.0.0.1:8443/",
    "https://[::1]/",
    "https://169.254.169.254/latest",
    "https://2130706433/",
    "https://[::ffff:10.0.0.1]/",
  ])("the address %s is not asked", async (url) => {
    const { fetch, resolved, asked } = network([]);
    await expect(fetch(url)).rejects.toThrow("is not on the public internet");
    expect([resolved, asked]).toEqual([[], []]);
  });

  test("only https is spoken", async () => {
    await expect(network([[PUBLIC]]).fetch("http://client.example/")).rejects.toThrow("https");
  });

  test("a redirect is not followed", async () => {
    const { fetch, asked } = network([[PUBLIC], [PRIVATE]], { ...document, status: 302 });
    await expect(fetch("https://client.example/")).rejects.toThrow("status 302; redirects are not followed");
    expect(asked).toHaveLength(1);
  });

  test("that the network is missing is told from everything else", async () => {
    const failing = (code: string) =>
      createDocumentFetch({
        resolve: () => Promise.resolve([PUBLIC]),
        get: () => Promise.reject(Object.assign(new Error(code), { code })),
      })("https://client.example/");
    for (const code of ["ENETUNREACH", "ETIMEDOUT"])
      await expect(failing(code)).rejects.toBeInstanceOf(DocumentUnreachable);
    for (const code of ["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"])
      await expect(failing(code)).rejects.not.toBeInstanceOf(DocumentUnreachable);
    await expect(network([[PRIVATE]]).fetch("https://x.example/")).rejects.not.toBeInstanceOf(
      DocumentUnreachable,
    );
  });

  test("a document over 64 KB is refused", async () => {
    const { fetch } = network([[PUBLIC]], { ...document, body: Buffer.alloc(64 * 1024 + 1) });
    await expect(fetch("https://client.example/")).rejects.toThrow("larger than 65536 bytes");
  });
});

test.each([
  ["1.1.1.1", true],
  ["2606:4700::1", true],
  ["0.0.0.0", false],
  ["100.64.0.1", false],
  ["192.168.0.1", false],
  ["198.18.0.1", false],
  ["224.0.0.1", false],
  ["fd00::1", false],
  ["fe80::1", false],
  ["64:ff9b::a00:1", false],
  ["2002:a00:1::", false],
  ["::ffff:192.168.0.1", false],
  ["not an address", false],
])("%s is public: %s", (address, expected) => expect(isPublicAddress(address)).toBe(expected));
