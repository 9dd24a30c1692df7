import { KeyRound } from "lucide-react";
import type { ServerSummary } from "../../../shared/model/server.ts";
import { useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";

/** How many servers get a button of their own. */
const TOLD = 3;

/** Above the list: the servers that need the person to sign in. */
export function SignInList({ servers }: { readonly servers: readonly ServerSummary[] }) {
  const needing = servers.filter(({ state, enabled }) => enabled && state === "needs-auth");
  if (needing.length === 0) return null;
  return (
    <div data-testid="sign-in-list">
      <Banner
        flush
        tone="warn"
        title={
          needing.length === 1
            ? `${plainVisible(needing[0]?.name ?? "", 64)} needs you to sign in`
            : `${needing.length} servers need you to sign in`
        }
        actions={needing
          .slice(0, TOLD)
          .map(({ name }) => <Authenticate key={name} server={name} alone={needing.length === 1} />)}
      />
    </div>
  );
}

/** Begins the sign-in on the server's page, which shows how it goes on. */
function Authenticate({ server, alone }: { readonly server: string; readonly alone: boolean }) {
  const { router, ui } = useServices();
  const name = plainVisible(server, 32);
  return (
    <Button
      size="sm"
      icon={<KeyRound size={13} />}
      aria-label={`Authenticate ${name}`}
      onClick={() => {
        ui.setState({ authenticating: server });
        router.go({ screen: "servers", server });
      }}
    >
      {alone ? "Authenticate" : name}
    </Button>
  );
}
