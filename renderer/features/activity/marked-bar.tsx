import { Clapperboard, Copy, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { Result } from "../../../shared/contract.ts";
import { sentenceOf } from "../../../shared/errors.ts";
import { plural } from "../../lib/format.ts";
import { saveFile } from "../../lib/save-file.ts";
import { useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { stamp } from "./export-job.ts";

interface Fixture extends Result<"calls.fixture"> {
  readonly name: string;
}

/** What can be done with the calls that are chosen. */
export function MarkedBar({
  ids,
  onClear,
  onCopy,
}: {
  readonly ids: readonly number[];
  readonly onClear: () => void;
  readonly onCopy: () => void;
}) {
  const { connection } = useServices();
  const [busy, setBusy] = useState(false);
  const [fixture, setFixture] = useState<Fixture | null>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const made = {
        ...(await connection.call("calls.fixture", { ids: [...ids] })),
        name: `gatehouse-fixture-${stamp(Date.now())}.json`,
      };
      if (made.calls > 0) saveFile({ name: made.name, type: "application/json", parts: [made.text] });
      setFixture(made);
    } catch (error) {
      toast.error(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div
      data-testid="marked"
      className="flex h-10 shrink-0 items-center gap-2 border-accent-line border-t bg-accent-soft px-5 text-sm"
    >
      <span role="status" className="tabular mr-2 min-w-0 truncate font-medium">
        {plural(ids.length, "call")} chosen
      </span>
      <Button size="sm" icon={<Copy size={13} />} onClick={onCopy}>
        Copy as JSON
      </Button>
      <Button size="sm" icon={<Clapperboard size={13} />} busy={busy} onClick={() => void save()}>
        Save as fixture
      </Button>
      <IconButton label="Choose none" keys="Escape" size="sm" onClick={onClear}>
        <X size={14} />
      </IconButton>
      {fixture !== null && <FixtureDialog fixture={fixture} onClose={() => setFixture(null)} />}
    </div>
  );
}

function FixtureDialog({ fixture, onClose }: { readonly fixture: Fixture; readonly onClose: () => void }) {
  const { name, calls, problems } = fixture;
  const command = `gatehouse mock ${name}`;
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={calls === 0 ? "No fixture was made" : "Saved as a fixture"}
      description={
        calls === 0
          ? "None of these calls has an answer that could be given again."
          : `${name}, with ${plural(calls, "call")} and the tools of their servers.`
      }
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {calls > 0 && (
        <>
          <p className="mb-2 text-sm">
            In the folder where you saved it, this is an MCP server that answers from the recording:
          </p>
          <CodeBlock label="Command" actions={<CopyButton text={command} label="Copy the command" />}>
            {command}
          </CodeBlock>
        </>
      )}
      {problems.length > 0 && (
        <ul
          data-testid="fixture-problems"
          className="mt-4 max-h-50 list-disc space-y-1 overflow-y-auto pl-5 text-sm text-warn"
        >
          {problems.map((problem) => (
            <li key={problem}>{plainVisible(problem, 300)}</li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
