// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a group of no form's fields
import type { ClientSession } from "../../../shared/model/client.ts";
import { ago, fullTime } from "../../lib/format.ts";
import { useNow } from "../../lib/services.tsx";
import { ServerText } from "../../ui/server-text.tsx";

const TRANSPORTS = { http: "HTTP", sse: "SSE", connect: "connect" } as const;

/** "all", "profile:NAME" and "server:NAME" in words. */
function scopeWords(scope: string): string {
  const [kind, ...rest] = scope.split(":");
  const name = rest.join(":");
  if (kind === "profile") return `profile ${name}`;
  return kind === "server" ? `only ${name}` : "all servers";
}

/** The live sessions of a client: what the system says of the process first. */
export function SessionTable({ sessions }: { readonly sessions: readonly ClientSession[] }) {
  const now = useNow(15_000);
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="mb-2 font-semibold text-base tracking-[-0.008em]">
        Sessions
      </h2>
      {sessions.length === 0 ? (
        <p className="rounded-lg border border-line bg-sunken px-4 py-3 text-muted text-sm">
          None is open. One appears here as soon as the client sends its first request.
        </p>
      ) : (
        <div
          className="overflow-x-auto rounded-lg border border-line"
          tabIndex={0}
          role="group"
          aria-label="Sessions"
        >
          <table className="w-full whitespace-nowrap text-left text-sm" data-testid="sessions">
            <thead className="bg-sunken text-faint text-xs">
              <tr className="h-8 border-line border-b [&>th]:px-4 [&>th]:font-medium">
                <th scope="col">Session</th>
                <th scope="col">Process</th>
                <th scope="col">Protocol</th>
                <th scope="col">Sees</th>
                <th scope="col">Project</th>
                <th scope="col" className="text-right">
                  Running
                </th>
                <th scope="col">Last used</th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <tr
                  key={session.label}
                  data-testid="session"
                  className="h-12 border-line border-b last:border-b-0 [&>td]:px-4"
                >
                  <td>
                    <ServerText text={session.label} limit={40} className="block font-medium leading-4.5" />
                    {session.claimedName !== null && (
                      <span
                        className="block max-w-52 truncate text-muted text-xs"
                        title="What it calls itself"
                      >
                        “<ServerText text={session.claimedName} limit={60} className="inline" />”
                      </span>
                    )}
                  </td>
                  <td>
                    <Program session={session} />
                  </td>
                  <td>
                    <span className="tabular block leading-4.5">{session.revision}</span>
                    <span className="block text-muted text-xs">{TRANSPORTS[session.transport]}</span>
                  </td>
                  <td>
                    <ServerText text={scopeWords(session.scope)} limit={60} />
                  </td>
                  <td className="max-w-60">
                    {session.project === null ? (
                      <span className="text-faint">not told</span>
                    ) : (
                      <span className="block truncate" title={session.project}>
                        <ServerText text={session.project} limit={200} className="block" />
                      </span>
                    )}
                  </td>
                  <td className="tabular text-right">
                    {session.running === 0 ? <span className="text-faint">0</span> : session.running}
                  </td>
                  <td className="tabular text-muted" title={`Opened ${fullTime(session.openedAt)}`}>
                    {ago(session.lastUsedAt, now)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Program({ session: { process } }: { readonly session: ClientSession }) {
  if (process === null) return <span className="text-faint">not known to the system</span>;
  const path = process.executable ?? process.name ?? "unknown";
  return (
    <>
      <span className="block max-w-64 truncate leading-4.5" title={path}>
        <ServerText text={path.split(/[\\/]/).at(-1) || path} limit={80} className="inline font-medium" />
        {process.executable !== null && (
          <ServerText text={` ${path}`} limit={200} className="inline text-muted text-xs" />
        )}
      </span>
      <span className="tabular block text-muted text-xs">
        pid {process.pid}
        {process.user !== null && (
          <>
            , user <ServerText text={process.user} limit={40} className="inline" />
          </>
        )}
      </span>
    </>
  );
}
