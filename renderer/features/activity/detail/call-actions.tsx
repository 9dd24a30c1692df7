import { GitCompareArrows, Play } from "lucide-react";
import { useState } from "react";
import type { CallSummary } from "../../../../shared/model/call.ts";
import { useServices } from "../../../lib/services.tsx";
import { Button, IconButton } from "../../../ui/button.tsx";
import { CompareDialog } from "./compare-dialog.tsx";

/** What can be done with a recorded call: make it again, or compare it with another. */
export function CallActions({ call }: { readonly call: CallSummary }) {
  const { router } = useServices();
  const [comparing, setComparing] = useState(false);
  const { id, server, tool } = call;
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
      <IconButton label="Compare with another call" size="sm" onClick={() => setComparing(true)}>
        <GitCompareArrows size={14} />
      </IconButton>
      {comparing && <CompareDialog call={call} onClose={() => setComparing(false)} />}
    </>
  );
}
