import { ChevronDown, Layers } from "lucide-react";
import { useId, useState } from "react";
import { SAVED_HOW, type Saved } from "../../../shared/model/health.ts";
import { bytes, plural } from "../../lib/format.ts";
import { cx } from "../../ui/cx.ts";

/** What runs less because clients share servers, and how that is counted; nothing where nothing is saved. */
export function SavedLine({ saved }: { readonly saved: Saved }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  if (saved.processes === 0) return null;
  return (
    <section
      aria-label="Saved by sharing"
      data-testid="saved"
      className="shrink-0 border-line border-t bg-panel px-5 py-2 text-sm"
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Layers aria-hidden size={14} className="shrink-0 text-ok" />
        <span>
          Sharing saves{" "}
          <strong className="tabular font-semibold">{plural(saved.processes, "process", "es")}</strong> and{" "}
          <strong className="tabular font-semibold">{bytes(saved.memoryBytes)}</strong> of memory now.
        </span>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-fg"
        >
          How it is counted
          <ChevronDown
            aria-hidden
            size={13}
            className={cx("transition-transform duration-100", open && "rotate-180")}
          />
        </button>
      </div>
      <p id={id} hidden={!open} className="mt-1 max-w-180 pl-5.5 text-muted text-xs">
        {SAVED_HOW}
      </p>
    </section>
  );
}
