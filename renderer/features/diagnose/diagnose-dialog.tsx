import { RotateCw } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { tally } from "../../../shared/model/diagnosis.ts";
import { useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/failure.tsx";
import { CheckRow } from "./check-row.tsx";
import { createDiagnoseStore, type DiagnoseStore } from "./diagnose-store.ts";

/** What keeps servers and clients from working: checks as they are done, what failed first, each with its page. */
export function DiagnoseDialog() {
  const { connection, ui } = useServices();
  const subject = useStore(ui, (state) => state.diagnosing);
  const [diagnose, setDiagnose] = useState<DiagnoseStore | null>(null);
  useEffect(() => {
    if (subject === null) return;
    const created = createDiagnoseStore(connection, subject.server);
    created.run();
    setDiagnose(created);
    return () => created.dispose();
  }, [subject, connection]);
  const server = subject?.server ?? null;
  return (
    <Dialog
      open={subject !== null}
      onOpen={(open) => {
        if (!open) ui.setState({ diagnosing: null });
      }}
      width="w-180"
      title={server === null ? "Diagnose" : `Diagnose ${plainVisible(server, 64)}`}
      description="Enabled servers that do not run are started for a moment; what runs is left alone."
      footer={diagnose !== null && <Footer diagnose={diagnose} />}
    >
      {diagnose !== null && <Checks diagnose={diagnose} />}
    </Dialog>
  );
}

function Checks({ diagnose }: { readonly diagnose: DiagnoseStore }) {
  const { phase, checks, total, failure } = useStore(diagnose.store);
  if (phase === "failed" && failure !== null)
    return <Failure what="The diagnosis could not be made." failure={failure} onRetry={diagnose.run} />;
  const share = total === null ? 0 : checks.length / total;
  return (
    <div data-testid="diagnosis" data-phase={phase}>
      <div className="mb-3">
        <p role="status" className="tabular mb-1.5 text-muted text-sm">
          {phase === "done"
            ? tally(checks)
            : total === null
              ? "The first checks are under way…"
              : `${checks.length} of ${total} checks done`}
        </p>
        {phase === "running" && (
          <div aria-hidden className="h-0.5 overflow-hidden rounded-full bg-line">
            <div
              className="h-full bg-accent transition-[width] duration-150"
              style={{ width: `${share * 100}%` }}
            />
          </div>
        )}
      </div>
      <ul
        aria-label="Checks"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="divide-y divide-line"
      >
        {checks.map((check) => (
          <CheckRow key={check.id} check={check} />
        ))}
      </ul>
    </div>
  );
}

function Footer({ diagnose }: { readonly diagnose: DiagnoseStore }) {
  const { phase, report } = useStore(diagnose.store);
  return (
    <>
      {report !== null && phase === "done" && (
        <CopyButton size="md" label="Copy the report, secrets stripped" text={report}>
          Copy report
        </CopyButton>
      )}
      <Button icon={<RotateCw size={14} />} busy={phase === "running"} onClick={diagnose.run}>
        Look again
      </Button>
    </>
  );
}
