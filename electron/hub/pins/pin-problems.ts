import type { Problem } from "../../../shared/model/server.ts";
import { lookAlikesOf, type NamedLike } from "../../core/pins/look-alikes.ts";
import { pinnedStrings } from "../../core/pins/pinned-text.ts";
import { suspicionsOfAll } from "../../core/pins/suspicious.ts";
import type { StoredPin } from "../ports/storage.ts";

/** Problems of this sort that are listed of one server. */
const MAX_PROBLEMS = 20;

/** An approved tool of another server, and since when it is approved. */
export interface ApprovedTool extends NamedLike {
  readonly pinnedAt: number;
}

/**
 * What looks suspicious in what was accepted with a server: at first use nothing is held, so the person is told here.
 * `others` are the approved tools of the other servers.
 */
export function pinProblems(
  server: string,
  pins: readonly StoredPin[],
  others: readonly ApprovedTool[],
): Problem[] {
  return pins
    .filter(({ kind }) => kind !== "package")
    .flatMap((pin) => {
      const like: NamedLike = { server, name: pin.key, hash: pin.hash };
      const earlier = pin.kind === "tool" ? others.filter(({ pinnedAt }) => pinnedAt < pin.pinnedAt) : [];
      const found = [...suspicionsOfAll(pinnedStrings(pin.text)), ...lookAlikesOf(like, earlier)];
      return found.map((fragment) => ({ pin, fragment }));
    })
    .slice(0, MAX_PROBLEMS)
    .map(({ pin, fragment }) => ({
      code: "suspicious_text",
      message: `${whatIs(pin)} ${fragment}`,
      advice:
        "Read it before you let clients use it. If it is not what you expect of this server, deny it with a rule, or remove the server.",
    }));
}

function whatIs({ kind, key }: StoredPin): string {
  return kind === "instructions" ? "what the server tells models of itself" : `the ${kind} ${key}`;
}
