import { isAbsolute, resolve } from "node:path";
import { GatehouseError } from "../../../shared/errors.ts";
import type { CallsVerified, ChainFinding } from "../../../shared/model/history.ts";
import { visible } from "../escape.ts";
import type { Context } from "./context.ts";

const WORDS: Record<ChainFinding["kind"], string> = {
  altered: "altered since recorded",
  removed: "removed, not by retention",
  reordered: "in another call's place",
  added: "slipped in, never chained",
  missing: "gone before it could be chained",
  altered_end: "the record of the chain's end was changed",
  unreadable: "on a damaged page: cannot be checked",
  other_key: "chained with a key that is lost: nothing can be said",
};

/** `calls verify`: exit code 1 when something was found. */
export async function verifyCalls(context: Context, options: { json?: true }): Promise<void> {
  const found = await context.hub("either", (hub) => hub.call("calls.verify", {}));
  if (options.json) context.json(found);
  else context.io.out(verdict(context, found));
  const keyless = isKeyless(found);
  if (!found.ok)
    throw new GatehouseError(
      "history_not_whole",
      keyless ? "the history cannot be verified without its key" : "the history is not whole",
      keyless
        ? "`gatehouse status` says what keeps it away. Unlock the keychain; a history that was brought from another home needs that home's `home.key` too."
        : "See SECURITY.md for what each finding means; a backup shows what stood there.",
    );
}

/** Nothing was found because nothing could be looked at. */
const isKeyless = ({ key, findings }: CallsVerified): boolean => key === null && findings.length === 0;

function verdict({ paint }: Context, found: CallsVerified): string {
  const { ok, checked, pending, key, findings, more } = found;
  if (isKeyless(found))
    return `${paint.red("not checked")}: ${pending} ${pending === 1 ? "call" : "calls"}\n`;
  const waiting = pending === 0 ? "" : `, ${pending} newer ${pending === 1 ? "is" : "are"} not chained yet`;
  const range = ({ first, last }: ChainFinding): string =>
    first === last ? `call ${first}` : `calls ${first} to ${last}`;
  return [
    ok
      ? `${paint.green("whole")}: ${checked} calls are as they were recorded${waiting}\n`
      : `${paint.red("not whole")}: ${checked} calls checked${waiting}\n`,
    ...findings.map((finding) => `  ${range(finding)}: ${WORDS[finding.kind]}\n`),
    more === 0 ? "" : `  and ${more} more\n`,
    key === "file"
      ? paint.dim("The key lies in the home folder: who can change the history can read it too.\n")
      : "",
  ].join("");
}

/** `backup FILE`: relative to where the command runs. */
export async function backUp(context: Context, file: string, options: { json?: true }): Promise<void> {
  const target = isAbsolute(file) ? file : resolve(file);
  const found = await context.hub("either", (hub) => hub.call("calls.backup", { file: target }));
  if (options.json) context.json(found);
  else context.io.out(`${visible(found.file)}: ${(found.bytes / 1_048_576).toFixed(1)} MB\n`);
}
