// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import { ArrowLeft, ArrowRight } from "lucide-react";
import { Fragment, useMemo } from "react";
import type { CallDetail } from "../../../../shared/model/call.ts";
import { bytes } from "../../../lib/format.ts";
import { parseJson } from "../../../lib/json/parse.ts";
import { writeJson } from "../../../lib/json/rows.ts";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { ServerText } from "../../../ui/server-text.tsx";
import { EventList } from "./event-lane.tsx";
import { type WireMessage, wireOf } from "./wire.ts";

/** What is indented for reading; a longer message is shown as it went. */
const MOST_INDENTED = 200_000;

/** The JSON-RPC messages of a call between its client and Gatehouse. */
export function WirePanel({ detail }: { readonly detail: CallDetail }) {
  const { era, isStateless, messages } = useMemo(() => wireOf(detail), [detail]);
  return (
    <div
      className="relative min-h-0 flex-1 space-y-4 overflow-auto px-5 py-4"
      role="region"
      aria-label="Messages"
      tabIndex={0}
      data-testid="wire"
    >
      <p className="text-muted text-sm">
        Put together again from what is recorded, byte for byte but for secrets and what your settings leave
        out: the client's parameters, and the server's result or error, which Gatehouse translates where the
        two speak different eras of MCP. The request's id is not kept. The client spoke{" "}
        <ServerText text={era} multiline limit={120} />
        {isStateless && (detail.events ?? []).some(({ kind }) => kind === "request")
          ? ": what it was asked within the call went to it as a result of type input_required, and it sent the request again with its answers"
          : ""}
        .
      </p>
      {messages.map((message, index) => (
        <Fragment key={message.from}>
          {index === 1 && <EventList detail={detail} />}
          <Message message={message} />
        </Fragment>
      ))}
      {messages.length === 1 && <EventList detail={detail} />}
      {messages.length === 1 && (
        <p className="text-muted text-sm">
          {detail.status === "cancelled"
            ? "No answer was sent: the call was cancelled."
            : "The answer was not recorded."}
        </p>
      )}
    </div>
  );
}

function Message({ message: { from, text, truncated } }: { readonly message: WireMessage }) {
  const shown = useMemo(() => {
    if (truncated || text.length > MOST_INDENTED) return text;
    try {
      return writeJson(parseJson(text).root);
    } catch {
      return text;
    }
  }, [text, truncated]);
  const Icon = from === "client" ? ArrowRight : ArrowLeft;
  return (
    <article className="overflow-hidden rounded-lg border border-line">
      <header className="flex h-8 items-center gap-2 bg-sunken px-3 text-muted text-xs">
        <Icon aria-hidden size={13} />
        <span className="flex-1">{from === "client" ? "Client to Gatehouse" : "Gatehouse to client"}</span>
        <span className="tabular">
          {truncated ? "the beginning" : bytes(new TextEncoder().encode(text).length)}
        </span>
        <CopyButton label="Copy the message" text={text} />
      </header>
      <div className="border-line border-t px-3.5 py-3">
        <ServerText
          text={shown}
          multiline
          limit={20_000}
          className="block whitespace-pre-wrap font-mono text-xs leading-5"
        />
      </div>
    </article>
  );
}
