import { type Check, type Finding, ok, warn } from "../check.ts";
import type { DoctorSystem } from "../system.ts";

/** A login shell that takes longer than this, in milliseconds, holds up the first start of every server. */
const SLOW_SHELL_MS = 2_000;
const PROXY_NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/** What servers and clients inherit: the PATH, and proxies. */
export const surroundingChecks = (system: DoctorSystem): Check[] => [
  { id: "path", group: "machine", title: "PATH", run: () => searchPath(system) },
  { id: "proxies", group: "machine", title: "Proxies", run: () => proxies(system) },
];

async function searchPath(system: DoctorSystem): Promise<Finding> {
  const { path, source, tookMs, problem } = await system.searchPath();
  const folders = path.split(system.platform === "win32" ? ";" : ":").filter((folder) => folder !== "");
  const sentence = `servers are looked for in ${folders.length} folders from ${source}, found in ${Math.round(tookMs)} ms: ${folders.join(", ")}`;
  const advice = "Look what your shell's start files wait for, and keep that for interactive shells.";
  if (problem !== null)
    return warn("login_shell_slow", `the login shell did not tell its PATH: ${problem}; ${sentence}`, advice);
  return tookMs > SLOW_SHELL_MS
    ? warn("login_shell_slow", `the login shell took ${(tookMs / 1_000).toFixed(1)} s; ${sentence}`, advice)
    : ok(sentence);
}

function proxies({ env }: DoctorSystem): Finding {
  const value = (name: string): string | undefined => env[name] || env[name.toLowerCase()] || undefined;
  const set = PROXY_NAMES.filter((name) => value(name) !== undefined);
  if (set.length === 0) return ok("no proxy is set in the environment");
  for (const name of set)
    if (!isProxy(value(name) ?? ""))
      return warn("proxy_invalid", `${name} is no URL of a proxy`, "Write it as http://HOST:PORT.");
  const exempt = (value("NO_PROXY") ?? "").split(/[\s,]+/);
  const names = set.join(" and ");
  if (
    !exempt.includes("*") &&
    !exempt.some((entry) => /^(127\.0\.0\.1|127\.0\.0\.0\/8|localhost)$/.test(entry))
  )
    return warn(
      "proxy_without_loopback",
      `${names} is set, and NO_PROXY does not exempt this machine: clients may send what is for the hub to the proxy`,
      "Add 127.0.0.1,localhost,::1 to NO_PROXY.",
    );
  return ok(`${names} is set, and this machine is exempt from it`);
}

function isProxy(text: string): boolean {
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) && new URL(url).hostname !== "";
}
