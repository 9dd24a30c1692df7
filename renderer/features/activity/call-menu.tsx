import type { CallSummary } from "../../../shared/model/call.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { ContextItem, ContextSeparator } from "../../ui/menu.tsx";
import type { Activity } from "./activity.ts";
import { COPY_FORMS, type CopyForm, copyFormsOf } from "./copy-as.ts";
import { withFilter } from "./filter/print.ts";
import type { Copy } from "./use-copy.ts";

const COPY_KEYS: Readonly<Record<CopyForm, string>> = { json: "mod+c", curl: "u", command: "m" };

/** What can be done with one call of the list. */
export function CallMenu({
  call,
  activity: { calls },
  copy,
  onMark,
}: {
  readonly call: CallSummary;
  readonly activity: Activity;
  readonly copy: Copy;
  readonly onMark: (id: number) => void;
}) {
  const narrow = (key: "server" | "tool" | "client" | "status", value: string, negated = false): void =>
    calls.setText(withFilter(calls.store.getState().text, key, value, negated));
  return (
    <>
      <ContextItem keys="Enter" onSelect={() => calls.select(call.id)}>
        Open
      </ContextItem>
      <ContextItem keys="x" onSelect={() => onMark(call.id)}>
        Choose, or choose no more
      </ContextItem>
      <ContextSeparator />
      {copyFormsOf(call).map((form) => (
        <ContextItem key={form} keys={COPY_KEYS[form]} onSelect={() => void copy(form, [call.id])}>
          Copy as {COPY_FORMS[form]}
        </ContextItem>
      ))}
      <ContextSeparator />
      {(["tool", "server", "client"] as const).map((key) => {
        const value = call[key];
        return value === null ? null : (
          <ContextItem key={key} onSelect={() => narrow(key, value)}>
            Only {key} “{plainVisible(value, 30)}”
          </ContextItem>
        );
      })}
      {call.tool !== null && (
        <ContextItem onSelect={() => narrow("tool", call.tool ?? "", true)}>
          Not tool “{plainVisible(call.tool, 30)}”
        </ContextItem>
      )}
    </>
  );
}
