import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { z } from "zod";

const base64 = z.base64();
/** What is written: everything but `names` is encrypted or random; `names` is authenticated with it. */
export const sealedSchema = z.strictObject({
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal("scrypt"),
    // Bounded, so that a file of somebody else's cannot take all memory.
    cost: z
      .int()
      .min(1024)
      .max(1 << 20),
    blockSize: z.int().min(1).max(16),
    parallel: z.int().min(1).max(16),
    salt: base64,
  }),
  /** Opens with the right key only, whatever became of the rest: tells a wrong passphrase from a damaged file. */
  check: z.strictObject({ iv: base64, text: base64, tag: base64 }),
  names: z.record(z.string(), z.record(z.string(), z.number())),
  body: z.strictObject({ iv: base64, text: base64, tag: base64 }),
});
/** The content of such a file: names in clear, values under the passphrase. */
export type Sealed = z.infer<typeof sealedSchema>;
type Box = Sealed["check"];

const CHECK = "gatehouse secrets";

/** The parameters of a new file: 128 MB and about half a second for each guess. */
export const newKdf = (cost = 1 << 17): Sealed["kdf"] => ({
  name: "scrypt",
  cost,
  blockSize: 8,
  parallel: 1,
  salt: randomBytes(16).toString("base64"),
});

/** AES-256's key from a passphrase; off the loop. */
export function deriveKey(passphrase: string, kdf: Sealed["kdf"]): Promise<Buffer> {
  const { cost, blockSize, parallel, salt } = kdf;
  const options = { N: cost, r: blockSize, p: parallel, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Encrypts the values under a key, with the file's other members authenticated. */
export function seal(
  key: Buffer,
  kdf: Sealed["kdf"],
  names: Sealed["names"],
  values: Readonly<Record<string, string>>,
): Sealed {
  const bound = JSON.stringify([1, kdf, names]);
  return {
    version: 1,
    kdf,
    check: encrypt(key, CHECK, JSON.stringify(kdf)),
    names,
    body: encrypt(key, JSON.stringify(values), bound),
  };
}

/** Whether this is the key that the file was written with. */
export function isKeyOf(sealed: Sealed, key: Buffer): boolean {
  return decrypt(key, sealed.check, JSON.stringify(sealed.kdf)) === CHECK;
}

/** The values; undefined when what is there is not what was written. */
export function unseal(sealed: Sealed, key: Buffer): Record<string, string> | undefined {
  const text = decrypt(key, sealed.body, JSON.stringify([1, sealed.kdf, sealed.names]));
  if (text === undefined) return undefined;
  const values = z.record(z.string(), z.string()).safeParse(JSON.parse(text));
  return values.success ? values.data : undefined;
}

function encrypt(key: Buffer, text: string, bound: string): Box {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    iv: iv.toString("base64"),
    text: sealed.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
  };
}

function decrypt(key: Buffer, box: Box, bound: string): string | undefined {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(box.iv, "base64"), {
      authTagLength: 16,
    })
      .setAAD(Buffer.from(bound))
      .setAuthTag(Buffer.from(box.tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(box.text, "base64")), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return undefined;
  }
}
