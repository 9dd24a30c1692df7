import type { Pairing, Seen } from "../../shared/model/consent.ts";
import { plural } from "../lib/format.ts";
import { plainVisible } from "../lib/visible-text.ts";
import { ServerText } from "../ui/server-text.tsx";
import { OwnLabel } from "./arguments-view.tsx";
import { Beware, ForeignArea, Part } from "./foreign.tsx";
import { ReadingView } from "./reading-view.tsx";

/** What is known of a program that asks to connect: first what the operating system says, then what it says itself. */
export function PairBody({
  pairing,
  warnings,
}: {
  readonly pairing: Pairing;
  /** The hub's own, each a sentence. */
  readonly warnings: readonly string[];
}) {
  const { process, claimedName, clientUrl, redirectHost, redirectUri } = pairing;
  return (
    <ForeignArea label="What is known of the program">
      {process === null ? (
        <Part inline label={<OwnLabel>Program</OwnLabel>}>
          <span className="font-sans text-warn">unknown: the operating system does not tell</span>
        </Part>
      ) : (
        <>
          <Part inline label={<OwnLabel>Program</OwnLabel>}>
            {process.executable !== null ? (
              <ReadingView reading={{ kind: "path", text: process.executable }} />
            ) : (
              <ServerText text={process.name ?? "unknown"} whole />
            )}
          </Part>
          <Part inline label={<OwnLabel>Process</OwnLabel>}>
            <span className="tabular">{process.pid}</span>
            <span className="font-sans text-muted"> of user </span>
            <ServerText text={process.user ?? "unknown"} whole />
            {warnings.map((warning) => (
              <Beware key={warning}>{plainVisible(warning, 400)}</Beware>
            ))}
          </Part>
        </>
      )}
      <Part inline label={<OwnLabel>Calls itself</OwnLabel>}>
        “<ServerText text={claimedName} limit={400} className="inline whitespace-pre-wrap!" />”
      </Part>
      {clientUrl !== null && (
        <Part inline label={<OwnLabel>Vouched for by</OwnLabel>}>
          <ReadingView reading={{ kind: "url", text: clientUrl }} />
        </Part>
      )}
      <Part inline label={<OwnLabel>Sends you to</OwnLabel>}>
        <strong className="rounded-[3px] bg-accent-soft px-0.5 font-semibold text-accent">
          <ServerText text={redirectHost} whole />
        </strong>
        <div className="text-muted">
          <ServerText text={redirectUri} whole />
        </div>
        {!isOwnMachine(redirectHost) && (
          <Beware>Its key is handed to that place, not to this machine.</Beware>
        )}
      </Part>
    </ForeignArea>
  );
}

/** Whether a redirect's host is this machine, or a private scheme that a program on it has registered. */
const isOwnMachine = (host: string): boolean =>
  /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host) || !/[.]/.test(host);

/** What somebody would see, in words: "2 servers, 14 tools, 3 prompts". */
export function seenWords({ servers, tools, resources, prompts }: Seen): string {
  const parts = [plural(servers.length, "server"), plural(tools, "tool")];
  if (resources > 0) parts.push(plural(resources, "resource"));
  if (prompts > 0) parts.push(plural(prompts, "prompt"));
  return parts.join(", ");
}
