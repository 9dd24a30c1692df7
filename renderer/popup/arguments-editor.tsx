import { useId } from "react";
import { parseJson } from "../lib/json/parse.ts";
import { writeJson } from "../lib/json/rows.ts";
import { DiffView } from "../question/diff-view.tsx";
import { Textarea } from "../ui/field.tsx";

/** The arguments as they are edited: indented, with every number as it was written. */
export function editable(text: string): string {
  try {
    return writeJson(parseJson(text).root);
  } catch {
    return text;
  }
}

/** Why a text cannot be sent as arguments; null when it can. */
export function problemIn(text: string): string | null {
  try {
    return parseJson(text).root.kind === "object" ? null : "The arguments must be one JSON object.";
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** The editor of a call's arguments, with what the edit has changed. */
export function ArgumentsEditor({
  original,
  value,
  problem,
  onValue,
}: {
  readonly original: string;
  readonly value: string;
  readonly problem: string | null;
  readonly onValue: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="space-y-2">
      <label htmlFor={id} className="block text-muted text-sm">
        What you send instead. It goes through the tool's schema and your rules again.
      </label>
      <Textarea
        id={id}
        data-testid="editor"
        autoFocus
        value={value}
        onChange={(event) => onValue(event.target.value)}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        className="h-64 w-full [overflow-wrap:anywhere]"
      />
      <p id={`${id}-problem`} role="status" className="min-h-5 text-bad text-sm">
        {problem}
      </p>
      {problem === null && value !== original && (
        <section aria-label="What you have changed" className="font-mono text-xs leading-[18px]">
          <DiffView before={original} after={value} />
        </section>
      )}
    </div>
  );
}
