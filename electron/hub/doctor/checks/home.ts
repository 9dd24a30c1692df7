import { connectShim } from "../../../../shared/client-setup.ts";
import { shimText } from "../../home/connect-shim.ts";
import type { HomeFiles } from "../../home/paths.ts";
import { type Check, type Finding, fail, ok, warn } from "../check.ts";
import { type DoctorSystem, pathsOf } from "../system.ts";

const MOST_NAMED = 5;
/** Bits by which others than the owner may do something. */
const OTHERS = 0o077;

export interface HomeFacts {
  readonly files: HomeFiles;
  /** How this `gatehouse` command is run; undefined when that is not known here. */
  readonly program: readonly string[] | undefined;
}

/** Who may read the home folder, and the command in it that stdio clients run. */
export const homeChecks = (system: DoctorSystem, facts: HomeFacts): Check[] => [
  { id: "permissions", group: "hub", title: "Home folder", run: () => permissions(system, facts) },
  { id: "shim", group: "hub", title: "connect", run: () => shim(system, facts) },
];

async function permissions(system: DoctorSystem, { files: { home } }: HomeFacts): Promise<Finding> {
  const folder = await system.facts(home);
  if (folder?.isFolder !== true)
    return fail(
      "home_unusable",
      `${home} is not a folder that can be read`,
      "Choose another with --home or GATEHOUSE_HOME.",
    );
  if (system.platform === "win32") return ok(`${home} lies in your profile, which keeps others out`);
  const paths = pathsOf(system);
  const loose = (folder.mode & OTHERS) === 0 ? [] : [`${home} (${octal(folder.mode)})`];
  for (const name of await system.list(home)) {
    const path = paths.join(home, name);
    const found = await system.facts(path);
    // In a folder that is closed to others, what lies below is as well; the files themselves still have to be.
    if (found !== undefined && !found.isFolder && (found.mode & OTHERS) !== 0)
      loose.push(`${path} (${octal(found.mode)})`);
  }
  if (loose.length === 0) return ok(`${home} is yours alone`);
  const more = loose.length > MOST_NAMED ? ` and ${loose.length - MOST_NAMED} more` : "";
  return ((folder.mode & OTHERS) === 0 ? warn : fail)(
    "permissions_loose",
    `others may use ${loose.slice(0, MOST_NAMED).join(", ")}${more}`,
    `Run: chmod 700 "${home}" && find "${home}" -maxdepth 1 -type f -exec chmod go= {} +`,
  );
}

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

async function shim(system: DoctorSystem, { files, program }: HomeFacts): Promise<Finding> {
  const file = connectShim(files.home);
  const text = await system.readText(file);
  const advice = "Start the hub once: it writes the command anew.";
  if (text === undefined)
    return warn("shim_missing", `the command for stdio clients is not there yet (${file})`, advice);
  if (program !== undefined && text !== shimText(files.home, program, system.platform))
    return warn(
      "shim_stale",
      `the command for stdio clients (${file}) leads to another Gatehouse than this one`,
      advice,
    );
  const target = /'((?:[^']|'\\'')+)' 'connect'/.exec(text)?.[1] ?? /"([^"]+)" "connect"/.exec(text)?.[1];
  if (target !== undefined && (await system.facts(target)) === undefined)
    return fail(
      "shim_stale",
      `the command for stdio clients leads to ${target}, which is not there any more`,
      advice,
    );
  return ok(`stdio clients run ${file}`);
}
