import { ChevronRight, CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import type { DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { cx } from "../../ui/cx.ts";
import { ErrorPage } from "../../ui/error-page.tsx";
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
            {open && <ErrorPage code={check.code} />}
          </div>
        )}
      </div>
    </li>
  );
}
