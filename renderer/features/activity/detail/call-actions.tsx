import { Copy, GitCompareArrows, Play } from "lucide-react";
import { useState } from "react";
import type { CallSummary } from "../../../../shared/model/call.ts";
import { useServices } from "../../../lib/services.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Menu, MenuItem } from "../../../ui/menu.tsx";
import { COPY_FORMS, copyFormsOf } from "../copy-as.ts";
import { useCopy } from "../use-copy.ts";
import { CompareDialog } from "./compare-dialog.tsx";

/** What can be done with a recorded call: make it again, copy it, or compare it with another. */
export function CallActions({ call }: { readonly call: CallSummary }) {
  const { router } = useServices();
  const [comparing, setComparing] = useState(false);
  const copy = useCopy();
  const { id, server, tool } = call;
  const forms = copyFormsOf(call);
  return (
    <>
      {call.method === "tools/call" && server !== null && tool !== null && (
        <Button
          size="sm"
          icon={<Play size={12} />}
          onClick={() => router.go({ screen: "playground", server, tool, call: id })}
        >
          Run again…
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label="Copy the call" size="sm">
            <Copy size={14} />
          </IconButton>
        }
      >
        {forms.map((form) => (
          <MenuItem key={form} onSelect={() => void copy(form, [id])}>
            Copy as {COPY_FORMS[form]}
          </MenuItem>
        ))}
      </Menu>
      <IconButton label="Compare with another call" size="sm" onClick={() => setComparing(true)}>
        <GitCompareArrows size={14} />
      </IconButton>
      {comparing && <CompareDialog call={call} onClose={() => setComparing(false)} />}
    </>
  );
}
