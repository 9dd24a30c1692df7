import { OWN_CLIENT } from "../../shared/model/call.ts";
import type { CallQuestion } from "../../shared/model/consent.ts";
import type { Question } from "../../shared/model/question.ts";
import { bytes, plural } from "../lib/format.ts";
import { plainVisible } from "../lib/visible-text.ts";
import { Badge } from "../ui/badge.tsx";
import { Banner } from "../ui/banner.tsx";
import { ServerText } from "../ui/server-text.tsx";
import { ArgumentsView, OwnLabel } from "./arguments-view.tsx";
import { claimsOf, deedOf } from "./claims.ts";
import { ForeignArea, Part } from "./foreign.tsx";
import { compareArguments, parsed } from "./previous.ts";
import { LongText, ReadingView } from "./reading-view.tsx";

/** Whether only the beginning of the arguments could be handed over. */
export const isCut = (call: CallQuestion): boolean =>
  new TextEncoder().encode(call.argumentsText).length < call.argumentsBytes;

/** Who wants what, in our words. */
export function CallTitle({ question }: { readonly question: Question }) {
  const { client, server, call } = question;
  if (client === OWN_CLIENT)
    return (
      <>
        <b className="font-semibold">You</b> are calling a tool of{" "}
        <b className="font-semibold">{plainVisible(server ?? "Gatehouse")}</b>
      </>
    );
  return (
    <>
      <b className="font-semibold">{client === null ? "A client without a name" : plainVisible(client)}</b>{" "}
      {deedOf(call?.method ?? "")} <b className="font-semibold">{plainVisible(server ?? "Gatehouse")}</b>
    </>
  );
}

/** All that is known of a call that waits: why it is asked, and in the foreign area what would happen. */
export function CallBody({ question }: { readonly question: Question }) {
  const { call, tool } = question;
  if (call === null) return null;
  const cut = isCut(call);
  const identical =
    call.previousText !== null && compareArguments(call.argumentsText, call.previousText)?.identical === true;
  return (
    <div className="space-y-2.5">
      <p data-testid="why" className="text-muted text-sm">
        {sentence(plainVisible(call.why, 600))}
        {identical && " Its arguments are those of the last call that you allowed."}
        {call.waiting === 0 && (
          <b data-testid="late" className="font-medium text-fg">
            {" "}
            Time ran out and the call was denied. You can still allow it: if it is repeated exactly within 10
            minutes, it passes.
          </b>
        )}
        {call.waiting > 1 && (
          <b className="font-medium text-fg">
            {" "}
            {plural(call.waiting, "identical call")} wait for this one answer.
          </b>
        )}
      </p>
      {cut && (
        <Banner tone="warn" title={`Only the beginning of ${bytes(call.argumentsBytes)} can be shown.`}>
          What is not shown is sent all the same if you allow it.
        </Banner>
      )}
      <ForeignArea label="What would be sent">
        <Part inline label={<OwnLabel>{call.method === "tools/call" ? "Tool" : "Name"}</OwnLabel>}>
          <span className="font-semibold">
            <ServerText text={tool ?? call.method} whole />
          </span>
          {call.title !== null && call.title !== tool && (
            <span className="ml-2 text-muted">
              “<ServerText text={call.title} limit={120} className="inline whitespace-pre-wrap!" />”
            </span>
          )}
        </Part>
        {call.project !== null && (
          <Part inline label={<OwnLabel>Project</OwnLabel>}>
            <ReadingView reading={{ kind: "path", text: call.project }} />
          </Part>
        )}
        <Claims question={question} />
        <ArgumentsView text={call.argumentsText} previousText={call.previousText} />
      </ForeignArea>
    </div>
  );
}

/** A clause of the hub's as a sentence. */
const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");

/** What the server says of its tool, marked as its own claim. */
function Claims({ question: { call } }: { readonly question: Question }) {
  if (call === null || call.method !== "tools/call") return null;
  const { claims, others } = claimsOf(call.annotations);
  const unknown = Object.keys(others).length === 0 ? undefined : parsed(JSON.stringify(others));
  return (
    <Part inline label={<OwnLabel>Server's claim</OwnLabel>}>
      <div className="space-y-1">
        <div className="flex flex-wrap gap-1 font-sans">
          {claims.map(({ words, careful }) => (
            <Badge key={words} tone={careful ? "warn" : "neutral"}>
              {words}
            </Badge>
          ))}
          {claims.length === 0 && <span className="text-muted text-xs">nothing about what it does</span>}
        </div>
        {call.description !== null && call.description.trim() !== "" && (
          <div className="text-muted">
            <LongText text={call.description.trim()} most={{ lines: 6, units: 320 }} />
          </div>
        )}
        {unknown !== undefined && <ReadingView reading={{ kind: "json", node: unknown }} />}
      </div>
    </Part>
  );
}
