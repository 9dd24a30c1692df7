import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The forms in which a secret's bytes are searched for: plain, base64 wherever it may stand in one, URL-encoded, JSON-escaped. */
function formsOf(secret: string): Record<string, string> {
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const base64 = [0, 1, 2].map((before) => {
    // Without what hangs on its neighbours: the characters before, and the last one.
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString("base64");
    return text.replace(/=+$/, "").slice([0, 2, 3][before], -1);
  });
  return {
    plain: secret,
    json: json(secret),
    "json in json": json(json(secret)),
    url: encodeURIComponent(secret),
    base64: base64[0] ?? "",
    "base64 one on": base64[1] ?? "",
    "base64 two on": base64[2] ?? "",
    base64url: Buffer.from(secret).toString("base64url").slice(0, -1),
    hex: Buffer.from(secret).toString("hex"),
  };
}

/** Where a text or bytes hold a secret, as "NAME: FORM"; [] when they do not. */
export function secretsIn(name: string, bytes: Buffer | string, secrets: readonly string[]): string[] {
  const where = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  return secrets.flatMap((secret) =>
    Object.entries(formsOf(secret))
      .filter(([, form]) => where.includes(form))
      .map(([form]) => `${name}: ${form}`),
  );
}

/** Every file under a folder, searched; `searched` is how many there were. */
export function secretsInFolder(
  folder: string,
  secrets: readonly string[],
): { found: string[]; searched: string[] } {
  const searched: string[] = [];
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, entry);
    if (!lstatSync(path).isFile()) continue;
    searched.push(entry);
    found.push(...secretsIn(entry, readFileSync(path), secrets));
  }
  return { found, searched };
}

/** The processes whose command line or environment holds a secret (Linux), but those with `marker` in their environment. */
export function secretsInProcesses(secrets: readonly string[], marker: string): string[] {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch {
      return Buffer.alloc(0);
    }
  };
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const [cmdline, environ] = [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`)];
      if (environ.includes(marker)) return [];
      const name = `process ${pid} ${cmdline.toString("latin1").replaceAll("\0", " ").slice(0, 80)}`;
      return secretsIn(name, Buffer.concat([cmdline, environ]), secrets);
    });
}
