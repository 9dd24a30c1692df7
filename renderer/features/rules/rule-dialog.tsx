import { useMemo, useState } from "react";
import type { Rule } from "../../../shared/model/rule.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Segmented, Select } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { DECISIONS } from "./decision.tsx";
import { ReplayResult } from "./replay-result.tsx";
import { draftOfRule, EMPTY_DRAFT, ruleOfDraft } from "./rule-draft.ts";
import { RuleFields } from "./rule-fields.tsx";
import type { Rules } from "./rules.ts";
import type { Editing } from "./rules-view.tsx";
import { useReplay } from "./use-replay.ts";
import { useWords } from "./use-words.ts";

const WEEK_MS = 7 * 24 * 3_600_000;

/** Adds or edits a rule: every condition, what the rule says in words, and what it would have changed last week. */
export function RuleDialog({
  editing,
  rules: { rules },
  onClose,
}: {
  readonly editing: Editing;
  readonly rules: Rules;
  readonly onClose: () => void;
}) {
  const { busy, ask } = useAsk();
  const [draft, setDraft] = useState(() => (editing.rule === null ? EMPTY_DRAFT : draftOfRule(editing.rule)));
  const [chosenPlace, setPlace] = useState<string | null>(null);
  const drafted = useMemo(() => ruleOfDraft(draft), [draft]);
  const { words, errors: hubErrors } = useWords(drafted.rule);
  const errors = new Map([...(drafted.errors ?? []), ...hubErrors]);
  const replay = useReplay();
  // What allows may stand last; what asks or denies is heard only before what allows.
  const place = chosenPlace ?? (draft.decision === "allow" || rules.length === 0 ? "last" : "0");
  const at = place === "last" ? rules.length : Number(place);
  const usable = drafted.rule !== null && words !== null;

  const proposed = (rule: Rule): Rule[] => {
    const all = rules.map((view) => (view.id === editing.id ? rule : view.rule));
    return editing.id === null ? all.toSpliced(at, 0, rule) : all;
  };
  const save = async (): Promise<void> => {
    if (drafted.rule === null) return;
    // Whoever changes a rule has made it what it is.
    const { madeBy: _, madeAt: __, ...rule } = drafted.rule;
    const done =
      editing.id === null
        ? await ask({ type: "rule.add", rule, ...(place === "last" ? {} : { at }) }, "The rule was added.")
        : await ask({ type: "rule.replace", id: editing.id, rule }, "The rule was changed.");
    if (done) onClose();
  };

  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={editing.id === null ? "Add a rule" : "Edit the rule"}
      description="The first rule that matches a call decides. What is left empty matches everything."
      width="w-170"
      footer={
        <>
          <Button
            variant="ghost"
            disabled={!usable}
            className="mr-auto -ml-2"
            busy={replay.busy}
            onClick={() => drafted.rule !== null && replay.run(WEEK_MS, proposed(drafted.rule))}
          >
            Try on last week’s calls
          </Button>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" busy={busy} disabled={!usable} onClick={() => void save()}>
            {editing.id === null ? "Add rule…" : "Save rule…"}
          </Button>
        </>
      }
    >
      <div className="space-y-4" data-testid="rule-dialog">
        <div className="flex flex-wrap items-center gap-3">
          <Segmented
            label="Decision"
            value={draft.decision}
            options={DECISIONS}
            onValue={(decision) => setDraft({ ...draft, decision: decision as Rule["decision"] })}
          />
          {editing.id === null && rules.length > 0 && (
            <Select
              label="Place"
              value={place}
              options={[
                ...rules.map((view, index) => ({
                  value: String(index),
                  label:
                    index === 0
                      ? "First, before all others"
                      : `Before ${index + 1}: ${plainVisible(view.words, 48)}`,
                })),
                { value: "last", label: "Last, after all others" },
              ]}
              onValue={setPlace}
              className="max-w-80"
            />
          )}
        </div>
        <RuleFields draft={draft} errors={errors} onDraft={setDraft} />
        <ReplayResult state={replay.state} />
        <div className="sticky -bottom-5 z-10 -mx-5 -mb-5 border-line border-t bg-raised px-5 py-3">
          <p role="status" data-testid="rule-words" className="flex min-h-5 items-baseline gap-2 text-sm">
            <span className="w-18 shrink-0 text-muted">It says</span>
            {words !== null ? (
              <ServerText text={words} multiline limit={2_000} />
            ) : errors.get("") !== undefined ? (
              <span className="text-bad">
                <ServerText text={errors.get("") ?? ""} multiline limit={600} />
              </span>
            ) : (
              <span className="text-muted">
                {errors.size > 0 ? "Mend what is marked to see what it says." : "…"}
              </span>
            )}
          </p>
        </div>
      </div>
    </Dialog>
  );
}
