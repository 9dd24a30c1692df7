import { trustRule } from "../../../shared/model/config.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";

/** Says on a server's page what becomes of clients' calls of it; nothing when they all go through. */
export function ConsentNotice({ detail }: { readonly detail: ServerDetail }) {
  const { router } = useServices();
  const { consent, name, enabled } = detail;
  if (consent.decision === "allow" || !enabled) return null;
  const byDefault = consent.by === "consent.default";
  const rule = JSON.stringify(trustRule(name));
  const asked = consent.decision === "ask";
  return (
    <div data-testid="consent-notice">
      <Banner
        tone={asked ? "info" : "warn"}
        title={
          asked
            ? "You are asked before its tools are called"
            : "Clients see its tools, but their calls are denied"
        }
        actions={
          byDefault ? (
            <>
              <CopyButton label="Copy the rule" text={rule}>
                Copy rule
              </CopyButton>
              <Button size="sm" onClick={() => router.go({ screen: "settings" })}>
                Settings
              </Button>
            </>
          ) : undefined
        }
      >
        {byDefault ? (
          <>
            {asked
              ? "Your answers can save rules. To let all its calls through, put "
              : "No rule allows them. Put "}
            <code className="whitespace-nowrap font-mono text-xs">{rule}</code> under “rules” in
            gatehouse.json
            {asked ? "." : ", or let calls through in Settings."}
          </>
        ) : (
          <>
            <code className="font-mono text-xs">{consent.by}</code> in gatehouse.json{" "}
            {asked ? "says so." : "denies them. Change it there if that is not what you want."}
          </>
        )}
      </Banner>
    </div>
  );
}
