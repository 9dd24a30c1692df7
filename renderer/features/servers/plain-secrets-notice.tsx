import type { ServerDetail } from "../../../shared/model/server.ts";
import { storeWords, useSecrets } from "../../lib/secrets.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { ServerText } from "../../ui/server-text.tsx";

/** Says that a server's entry holds credentials in plain text, and offers to keep them as secrets. */
export function PlainSecretsNotice({ detail }: { readonly detail: ServerDetail }) {
  const { busy, ask } = useAsk();
  const store = storeWords(useSecrets().value?.store ?? "keychain");
  const { name, plainSecrets } = detail;
  if (plainSecrets.length === 0) return null;
  return (
    <div data-testid="plain-secrets">
      <Banner
        tone="warn"
        title={
          plainSecrets.length === 1
            ? "A credential stands in gatehouse.json in plain text"
            : `${plainSecrets.length} credentials stand in gatehouse.json in plain text`
        }
        actions={
          plainSecrets.some(({ movable }) => movable) && (
            <Button
              size="sm"
              busy={busy}
              onClick={() =>
                void ask(
                  { type: "server.moveSecrets", name },
                  `The credentials of ${name} are in ${store} now.`,
                )
              }
            >
              Move to {store}…
            </Button>
          )
        }
      >
        <ServerText text={plainSecrets.map(({ place }) => place).join(", ")} multiline limit={400} />
        {plainSecrets.some(({ movable }) => !movable) && (
          <>. Arguments stay: every process can read them. Use a variable if the server takes one.</>
        )}
      </Banner>
    </div>
  );
}
