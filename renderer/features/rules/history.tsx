import { useState } from "react";
import type { Rule } from "../../../shared/model/rule.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented, Select } from "../../ui/field.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { goesFirst } from "./preset-menu.tsx";
import { ReplayResult } from "./replay-result.tsx";
import type { Rules } from "./rules.ts";
import { useReplay } from "./use-replay.ts";

const DAY_MS = 24 * 3_600_000;
const SPANS = [
  { value: "1", label: "Last day" },
  { value: "7", label: "Last week" },
  { value: "30", label: "Last 30 days" },
];

/** The rules that a choice means; undefined for those in force. */
function rulesOf(choice: string, { rules, presets }: Rules): Rule[] | undefined {
  const all = rules.map(({ rule }) => rule);
  const [kind, key = ""] = [choice.slice(0, choice.indexOf(":")), choice.slice(choice.indexOf(":") + 1)];
  if (kind === "without") return rules.filter(({ id }) => id !== key).map(({ rule }) => rule);
  const preset = kind === "preset" ? presets.find((known) => known.key === key) : undefined;
  if (preset === undefined) return undefined;
  const others = all.filter(({ id }) => id === undefined || !preset.rules.some((rule) => rule.id === id));
  return goesFirst(preset) ? [...preset.rules, ...others] : [...others, ...preset.rules];
}

/** What the rules, or other rules, would have decided about the calls that were made. */
export function History({ rules }: { readonly rules: Rules | null }) {
  const [span, setSpan] = useState("7");
  const [choice, setChoice] = useState("");
  const { state, busy, run } = useReplay();
  if (rules === null) return <SkeletonRows rows={3} label="Loading rules" />;
  return (
    <div className="min-h-0 flex-1 overflow-auto px-5 py-4">
      <div className="max-w-180 space-y-4">
        <p className="text-muted text-sm">
          Tries rules on the recorded tool calls, the newest 10,000 at most, without making any of them. What
          a session had used before is not looked back at.
        </p>
        <div className="flex flex-wrap items-center gap-2">
          <Segmented label="Time" value={span} options={SPANS} onValue={setSpan} />
          <Select
            label="Rules to try"
            value={choice}
            options={[
              { value: "", label: "The rules in force" },
              ...rules.presets.map(({ key, label }) => ({
                value: `preset:${key}`,
                label: `With “${plainVisible(label, 40)}”`,
              })),
              ...rules.rules.map(({ id, words, index }) => ({
                value: `without:${id}`,
                label: `Without ${index + 1}: ${plainVisible(words, 44)}`,
              })),
            ]}
            onValue={setChoice}
            className="max-w-72"
          />
          <Button
            variant="primary"
            busy={busy}
            onClick={() => run(Number(span) * DAY_MS, rulesOf(choice, rules))}
          >
            Try them
          </Button>
        </div>
        <ReplayResult state={state} />
      </div>
    </div>
  );
}
