import type { IncomingHttpHeaders } from "node:http";
import { INVALID_REQUEST } from "../../core/jsonrpc/errors.ts";
import { projectPath } from "../../core/session/project-path.ts";
import { headerOf } from "./negotiation.ts";
import { Refusal } from "./refusal.ts";

const ADVICE =
  "Send an absolute path of this machine, or a file: URI where it holds other than ASCII characters.";

/** The folder that X-Gatehouse-Project names, undefined without one, or the refusal of what names none. */
export function projectOf(
  headers: IncomingHttpHeaders,
  platform: NodeJS.Platform = process.platform,
): string | undefined | Refusal {
  const named = headerOf(headers, "x-gatehouse-project");
  if (named === undefined) return undefined;
  // Node reads headers as Latin-1; whoever sends more than ASCII sends UTF-8.
  const text = Buffer.from(named, "latin1").toString("utf8");
  return (
    projectPath(text, platform === "win32") ??
    new Refusal(400, INVALID_REQUEST, `X-Gatehouse-Project names no folder. ${ADVICE}`, {
      data: { code: "bad_project", advice: ADVICE },
    })
  );
}
