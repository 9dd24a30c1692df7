import { ChevronRight, CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { ErrorPage } from "../../../shared/error-docs.ts";
import type { DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";

const LOOK = {
  ok: { icon: CircleCheck, tint: "text-ok", word: "Well" },
  warn: { icon: TriangleAlert, tint: "text-warn", word: "To look at" },
  fail: { icon: CircleX, tint: "text-bad", word: "Failed" },
} as const;

/** One check: what it found, what to do, and on demand what the documentation says of its code. */
export function CheckRow({ check }: { readonly check: DiagnosisCheck }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const { icon: Icon, tint, word } = LOOK[check.status];
  return (
    <li data-testid="check" data-check={check.id} data-status={check.status} className="flex gap-2.5 py-2">
      <Icon aria-hidden size={15} className={cx("mt-0.5 shrink-0", tint)} />
      <div className="min-w-0 flex-1 text-sm">
        <div className="flex items-baseline gap-2">
          <span className="sr-only">{word}:</span>
          <ServerText text={check.title} limit={80} className="min-w-0 font-medium" />
          {check.code !== null && (
            <button
              type="button"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen(!open)}
              className="inline-flex shrink-0 items-center gap-0.5 rounded-sm font-mono text-accent text-xs hover:underline"
            >
              <ChevronRight
                aria-hidden
                size={12}
                className={cx("transition-transform duration-100", open && "rotate-90")}
              />
              {check.code}
            </button>
          )}
          <span className="tabular ml-auto shrink-0 text-muted text-xs">{check.durationMs} ms</span>
        </div>
        <ServerText text={check.sentence} multiline limit={800} className="text-muted" />
        {check.advice !== null && (
          <div>
            <ServerText text={check.advice} multiline limit={600} />
          </div>
        )}
        {check.code !== null && (
          <div id={id} hidden={!open}>
            {open && <Page code={check.code} />}
          </div>
        )}
      </div>
    </li>
  );
}

/** What docs/errors.md says of a code; its text comes when it is first wanted. */
function Page({ code }: { readonly code: string }) {
  const [page, setPage] = useState<ErrorPage | null | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    void import("./error-pages.ts").then(({ errorPages }) => {
      if (!gone) setPage(errorPages.get(code) ?? null);
    });
    return () => {
      gone = true;
    };
  }, [code]);
  if (page === undefined) return null;
  return (
    <section
      aria-label={`About ${code}`}
      data-testid="error-page"
      className="mt-1.5 space-y-1.5 rounded-lg border border-line bg-sunken px-3.5 py-2.5"
    >
      {page === null ? (
        <p>This version of Gatehouse has no page about this code.</p>
      ) : (
        <>
          <p>
            <WithCode text={page.meaning} />
          </p>
          <p>
            <strong className="font-medium">What to do: </strong>
            <WithCode text={page.advice} />
          </p>
        </>
      )}
      <p className="flex items-center gap-1 font-mono text-muted text-xs">
        docs/errors.md, or: gatehouse explain {code}
        <CopyButton label="Copy the command" text={`gatehouse explain ${code}`} />
      </p>
    </section>
  );
}

/** Text of ours in which code stands in backticks. */
function WithCode({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one fixed text
      <code key={index} className="font-mono text-xs">
        {part}
      </code>
    ),
  );
}
