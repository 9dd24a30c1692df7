import { Plus } from "lucide-react";
import { useState } from "react";
import type { Rule } from "../../../shared/model/rule.ts";
import { RULE_PARTS, type RulePart } from "../../lib/router.ts";
import { useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";
import { GrantList } from "./grant-list.tsx";
import { History } from "./history.tsx";
import { PresetMenu } from "./preset-menu.tsx";
import { RuleDialog } from "./rule-dialog.tsx";
import { RuleList } from "./rule-list.tsx";
import { useGrants, useRules } from "./rules.ts";
import { Tester } from "./tester.tsx";

/** What the dialog is open for: a rule that there is, or a new one (from nothing or from a preset). */
export type Editing =
  | { readonly id: string; readonly rule: Rule }
  | { readonly id: null; readonly rule: Rule | null };

/** The Rules screen: what may happen, in order; a tester; the same over history; and what was granted for a while. */
export function RulesView({ part }: { readonly part: RulePart | undefined }) {
  const { router } = useServices();
  const { value, failure, reload } = useRules();
  const grants = useGrants();
  const [filter, setFilter] = useState("");
  const [editing, setEditing] = useState<Editing | null>(null);
  return (
    <Screen
      title="Rules"
      actions={
        part === undefined &&
        value !== null && (
          <>
            {value.rules.length > 0 && (
              <SearchInput
                primary
                label="Search rules"
                value={filter}
                onValue={setFilter}
                className="w-52 min-w-24 shrink"
              />
            )}
            <PresetMenu presets={value.presets} />
            <Button
              variant="primary"
              icon={<Plus size={14} strokeWidth={2.5} />}
              onClick={() => setEditing({ id: null, rule: null })}
            >
              Add a rule
            </Button>
          </>
        )
      }
    >
      <Tabs
        label="Parts of the rules"
        value={part ?? "list"}
        onValue={(id) => {
          const next = RULE_PARTS.find((known) => known === id);
          router.go({ screen: "rules", ...(next === undefined ? {} : { part: next }) });
        }}
        tabs={[
          { id: "list", label: "Rules", count: value?.rules.length ?? null },
          { id: "test", label: "Tester" },
          { id: "history", label: "History" },
          { id: "grants", label: "Grants", count: grants.value?.length ?? null },
        ]}
      >
        <TabPanel id="list" className="flex flex-col">
          {value !== null ? (
            <RuleList rules={value} filter={filter} onFilter={setFilter} onEdit={setEditing} />
          ) : failure !== null ? (
            <Failure what="The rules could not be read." failure={failure} onRetry={reload} />
          ) : (
            <SkeletonRows label="Loading rules" />
          )}
        </TabPanel>
        <TabPanel id="test" className="flex">
          <Tester />
        </TabPanel>
        <TabPanel id="history" className="flex flex-col">
          <History rules={value} />
        </TabPanel>
        <TabPanel id="grants" className="flex flex-col">
          <GrantList grants={grants} />
        </TabPanel>
      </Tabs>
      {editing !== null && value !== null && (
        <RuleDialog editing={editing} rules={value} onClose={() => setEditing(null)} />
      )}
    </Screen>
  );
}
