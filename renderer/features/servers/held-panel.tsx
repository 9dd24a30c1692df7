import { Check } from "lucide-react";
import type { Held } from "../../../shared/model/consent.ts";
import { plural } from "../../lib/format.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { Button } from "../../ui/button.tsx";
import { HeldChange } from "../../ui/held-change.tsx";

/** Changes that are shown one below the other; the rest comes up when these are accepted. */
const MOST = 50;

/** What a server has changed since it was approved, word by word, and what lets it pass. */
export function HeldPanel({ held }: { readonly held: readonly Held[] }) {
  const { busy, ask } = useAsk();
  const shown = held.slice(0, MOST);
  const accept = (items: readonly Held[]): void =>
    void ask(
      { type: "pins.accept", ids: items.map(({ id }) => id) },
      items.length === 1 ? "The change was accepted." : `${plural(items.length, "change")} were accepted.`,
    );
  return (
    <div data-testid="held-panel" className="relative min-w-0 flex-1 overflow-y-auto">
      <div className="max-w-220 px-5 py-4">
        <div className="mb-4 flex items-start gap-4">
          <p className="min-w-0 flex-1 text-muted text-sm">{explanation(held)}</p>
          {shown.length > 1 && (
            <Button
              // What is alarming is not to be waved through.
              variant={shown.some(({ flags }) => flags.length > 0) ? "secondary" : "primary"}
              icon={<Check size={13} />}
              busy={busy}
              onClick={() => accept(shown)}
            >
              Accept {shown.length === held.length ? "all" : `these ${shown.length}`}…
            </Button>
          )}
        </div>
        <ul className="space-y-6">
          {shown.map((item) => (
            <li key={item.id}>
              <HeldChange
                held={item}
                actions={
                  <Button size="sm" busy={busy} onClick={() => accept([item])}>
                    Accept…
                  </Button>
                }
              />
            </li>
          ))}
        </ul>
        {held.length > MOST && (
          <p className="mt-6 text-muted text-sm">
            {held.length - MOST} more come up when these are accepted.
          </p>
        )}
      </div>
    </div>
  );
}

function explanation(held: readonly Held[]): string {
  if (held.every(({ kind }) => kind === "package"))
    return "The server runs another release than the one you approved. Calls wait until you accept it.";
  return (
    "The server says something else than what you approved. Clients do not see what is listed here and cannot call it " +
    "until you accept it. If you do not expect it, remove the server."
  );
}
