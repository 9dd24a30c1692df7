import type { CallDetail, CallEvent } from "../../../../shared/model/call.ts";
import { bytes, duration, plural } from "../../../lib/format.ts";
import { cx } from "../../../ui/cx.ts";
import { ServerText } from "../../../ui/server-text.tsx";
import { exactMicros } from "./stages.ts";

const SIGN: Record<CallEvent["kind"], string> = { notification: "•", request: "?", response: "!" };
const WORDS: Record<CallEvent["kind"], string> = {
  notification: "told",
  request: "asked",
  response: "answered",
};

const WHO: Record<CallEvent["from"], string> = { server: "Server", client: "Client", gatehouse: "Gatehouse" };

/** Marks of the messages within a call, on the waterfall's scale: a dot for what was told, signs for questions and answers. */
export function EventMarks({
  events,
  total,
}: {
  readonly events: readonly CallEvent[];
  readonly total: number;
}) {
  return events.map((event, index) => (
    <span
      // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity but their place
      key={index}
      data-event={event.kind}
      className={cx(
        "absolute top-1/2 -translate-x-1/2 -translate-y-1/2 font-semibold leading-none",
        event.from === "server" ? "text-accent" : "text-warn",
      )}
      style={{ left: `${total === 0 ? 0 : Math.min(100, (event.at / total) * 100)}%` }}
    >
      {SIGN[event.kind]}
    </span>
  ));
}

/** The messages between server and client within a call, in order. */
export function EventList({ detail }: { readonly detail: CallDetail }) {
  const { events = [], moreEvents = 0 } = detail;
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="events" data-testid="events">
      <h3 id="events" className="mb-2 font-medium text-sm">
        Within the call
      </h3>
      <ol className="tabular overflow-hidden rounded-lg border border-line text-xs">
        {events.map((event, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity but their place
            key={index}
            className="grid grid-cols-[64px_136px_minmax(0,1fr)_auto] items-center gap-x-3 border-line/60 border-b px-3 py-1.5 last:border-b-0 @max-md:grid-cols-[56px_minmax(0,1fr)_auto]"
          >
            <span className="text-right text-muted" title={exactMicros(event.at)}>
              {duration(event.at)}
            </span>
            <span>
              <span aria-hidden className={event.from === "server" ? "text-accent" : "text-warn"}>
                {SIGN[event.kind]}{" "}
              </span>
              {WHO[event.from]} {WORDS[event.kind]}
            </span>
            <span className="flex min-w-0 items-baseline gap-2 @max-md:col-span-2 @max-md:col-start-2 @max-md:row-start-2">
              <ServerText text={event.method} limit={60} className="min-w-0 font-mono" />
              {event.note !== null && (
                <ServerText text={event.note} limit={40} className="min-w-0 text-muted" />
              )}
            </span>
            <span className="text-faint">{bytes(event.bytes)}</span>
          </li>
        ))}
      </ol>
      {moreEvents > 0 && (
        <p className="mt-1 text-muted text-xs">{plural(moreEvents, "more message")} came after these.</p>
      )}
      <p className="mt-1 text-faint text-xs">
        Of these messages their time, kind and size are kept, not what they said.
      </p>
    </section>
  );
}
