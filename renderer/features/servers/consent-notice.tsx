import { trustRule } from "../../../shared/model/config.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";

/** Says on a server's page that clients' calls of it are denied, and what to do; nothing when they go through. */
export function ConsentNotice({ detail }: { readonly detail: ServerDetail }) {
  const { router } = useServices();
  const { consent, name, enabled } = detail;
  if (consent.decision === "allow" || !enabled) return null;
  const byDefault = consent.by === "consent.default";
  const rule = JSON.stringify(trustRule(name));
  return (
    <div data-testid="consent-notice">
      <Banner
        tone="warn"
        title="Clients see its tools, but their calls are denied"
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
            No rule allows them{consent.decision === "ask" && ", and this version cannot ask you yet"}. Put{" "}
            <code className="whitespace-nowrap font-mono text-xs">{rule}</code> under “rules” in
            gatehouse.json, or let all calls through in Settings.
          </>
        ) : (
          <>
            <code className="font-mono text-xs">{consent.by}</code> in gatehouse.json{" "}
            {consent.decision === "ask"
              ? "says to ask you, and this version cannot ask yet. Change it to “allow”."
              : "denies them. Change it there if that is not what you want."}
          </>
        )}
      </Banner>
    </div>
  );
}
