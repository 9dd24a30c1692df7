import { ListChecks, Lock } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RuleView } from "../../../shared/model/consent.ts";
import { count } from "../../lib/format.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { type Move, moved, placeAt, step } from "./order.ts";
import { RuleRow } from "./rule-row.tsx";
import type { Rules } from "./rules.ts";
import type { Editing } from "./rules-view.tsx";

const FALLBACK = {
  ask: "Whatever no rule matches asks you.",
  allow: "Whatever no rule matches is allowed.",
  deny: "Whatever no rule matches is denied.",
} as const;

const fits = ({ words, id, rule }: RuleView, needle: string): boolean =>
  [words, id, rule.note ?? "", rule.madeBy ?? ""].some((text) => text.toLowerCase().includes(needle));

/** The rules in the order in which they are tried, between what no rule can overrule and the default. */
export function RuleList({
  rules: { rules, builtIn, fallback },
  filter,
  onFilter,
  onEdit,
}: {
  readonly rules: Rules;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly onEdit: (editing: Editing) => void;
}) {
  const { busy, ask } = useAsk();
  const [move, setMove] = useState<Move | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const needle = filter.toLowerCase();
  const ordered = useMemo(() => moved(rules, move), [rules, move]);
  const shown = ordered.filter((view) => fits(view, needle));
  const from = rules.findIndex(({ id }) => id === move?.id);
  useEffect(() => {
    if (move !== null && (from < 0 || from === move.to)) setMove(null);
  }, [move, from]);
  // A row that is put elsewhere in the document loses the focus: whoever moves it goes on with the same key.
  const focused = useRef<HTMLElement | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each move
  useLayoutEffect(() => {
    focused.current?.focus();
    focused.current = null;
  }, [move]);
  const by = (id: string, places: number): void => {
    if (busy || filter !== "" || (move !== null && move.id !== id)) return;
    focused.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setMove(step(rules, move, id, places));
  };
  const drag = (id: string, y: number): void => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-rule]") ?? [])].filter(
      (row) => row.dataset.rule !== id,
    );
    const middles = rows.map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return top + height / 2;
    });
    const at = rules.findIndex((rule) => rule.id === id);
    const to = placeAt(y, middles);
    if (busy || filter !== "" || (move !== null && move.id !== id)) return;
    setMove(to === at ? null : { id, to });
  };
  const save = (): void => {
    if (move === null) return;
    const change = { type: "rule.move", id: move.id, to: move.to } as const;
    // Once it is moved it stays where it stands until the list says so too.
    void ask(change, "The rule was moved.").then((done) => !done && setMove(null));
  };

  return (
    <>
      {move !== null && from >= 0 && (
        <div
          role="status"
          data-testid="move-bar"
          className="flex shrink-0 items-center gap-3 border-accent-line border-b bg-accent-soft px-5 py-2 text-sm"
        >
          <span className="min-w-0 flex-1">
            The rule at place <b className="tabular font-semibold">{from + 1}</b> goes to place{" "}
            <b className="tabular font-semibold">{move.to + 1}</b>. It holds once it is saved.
          </span>
          <Button size="sm" variant="ghost" disabled={busy} onClick={() => setMove(null)}>
            Put it back
          </Button>
          <Button size="sm" variant="primary" busy={busy} onClick={save}>
            Save order…
          </Button>
        </div>
      )}
      <div className="@container min-h-0 flex-1 overflow-auto">
        {builtIn.length > 0 && (
          <section
            aria-labelledby="built-in"
            className="flex items-start gap-3 border-line border-b bg-sunken px-5 py-2.5 text-sm"
          >
            <Lock aria-hidden size={14} className="mt-0.5 shrink-0 text-muted" />
            <div className="min-w-0">
              <h2 id="built-in" className="font-medium">
                Always, before any rule
              </h2>
              <ul className="text-muted">
                {builtIn.map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            </div>
          </section>
        )}
        {rules.length === 0 ? (
          <div className="h-80">
            <EmptyState
              icon={<ListChecks size={22} />}
              title="No rules yet"
              actions={
                <Button variant="primary" onClick={() => onEdit({ id: null, rule: null })}>
                  Add a rule
                </Button>
              }
            >
              {FALLBACK[fallback]} Rules make the exceptions; most are born when you answer a question with
              “always”.
            </EmptyState>
          </div>
        ) : (
          <ol ref={list} aria-label="Rules" data-testid="rules" onKeyDown={moveFocus}>
            {shown.map((view) => {
              const place = ordered.indexOf(view);
              return (
                <RuleRow
                  key={view.id}
                  view={view}
                  place={place}
                  last={rules.length - 1}
                  movable={filter === "" && !busy && (move === null || move.id === view.id)}
                  moving={move?.id === view.id}
                  onBy={(places) => by(view.id, places)}
                  onDrag={(y) => drag(view.id, y)}
                  onSave={save}
                  onCancel={() => setMove(null)}
                  onEdit={() => onEdit({ id: view.id, rule: view.rule })}
                />
              );
            })}
          </ol>
        )}
        {rules.length > 0 && shown.length === 0 && (
          <p className="px-5 py-8 text-center text-muted">
            No rule holds this text.{" "}
            <button type="button" className="text-accent hover:underline" onClick={() => onFilter("")}>
              Show all
            </button>
          </p>
        )}
        {rules.length > 0 && shown.length > 0 && (
          <p className="px-5 py-3 text-muted text-sm">
            {filter === "" ? FALLBACK[fallback] : `${count(shown.length)} of ${count(rules.length)} rules.`}
          </p>
        )}
      </div>
    </>
  );
}
