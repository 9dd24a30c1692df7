import { ChevronDown } from "lucide-react";
import { useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import type { Preset } from "./rules.ts";

/** Whether a preset must come first to be heard: what asks is put before what allows. */
export const goesFirst = ({ rules }: Pick<Preset, "rules">): boolean =>
  rules.some(({ decision }) => decision !== "allow");

/** Ready-made rules; each is asked for, one after the other. */
export function PresetMenu({ presets }: { readonly presets: readonly Preset[] }) {
  const { connection } = useServices();
  const { busy, ask } = useAsk();
  const add = async (preset: Preset): Promise<void> => {
    const first = goesFirst(preset);
    for (const [index, rule] of preset.rules.entries()) {
      const known = (await connection.call("rules.list", {})).rules.some(({ id }) => id === rule.id);
      if (known) continue;
      const change = { type: "rule.add", rule, ...(first ? { at: index } : {}) } as const;
      if (!(await ask(change, `${plainVisible(preset.label, 60)}: the rule was added.`))) return;
    }
  };
  const general = presets.filter(({ key }) => !key.startsWith("trust:"));
  const trusting = presets.filter(({ key }) => key.startsWith("trust:"));
  const item = (preset: Preset) => (
    <MenuItem key={preset.key} onSelect={() => void add(preset)}>
      <span title={plainVisible(preset.words, 400)}>{plainVisible(preset.label, 60)}</span>
    </MenuItem>
  );
  return (
    <Menu
      trigger={
        <Button busy={busy}>
          Presets
          <ChevronDown aria-hidden size={13} className="text-faint" />
        </Button>
      }
    >
      {general.map(item)}
      {general.length > 0 && trusting.length > 0 && <MenuSeparator />}
      <div className="max-h-64 overflow-y-auto">{trusting.map(item)}</div>
    </Menu>
  );
}
