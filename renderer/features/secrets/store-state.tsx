import { FileLock2, KeyRound } from "lucide-react";
import { useState } from "react";
import type { SecretStoreState } from "../../../shared/model/secret.ts";
import type { ResourceState } from "../../lib/resource.ts";
import type { Secrets } from "../../lib/secrets.ts";
import { asSentence } from "../../lib/sentence.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { PassphraseDialog } from "./passphrase-dialog.tsx";

/** Where secrets are kept, and what to press when they cannot be used now. */
export function StoreState({
  status: { value, failure, reload },
  store,
}: {
  readonly status: ResourceState<SecretStoreState> & { reload(): void };
  readonly store: Secrets["store"];
}) {
  const { busy, ask } = useAsk();
  const [unlocking, setUnlocking] = useState(false);
  const state = value?.state ?? null;
  const choose = (next: Secrets["store"]): void =>
    void ask(
      { type: "settings.set", secretStore: next },
      next === "file" ? "Secrets are kept in a file now." : "Secrets are kept in the keychain now.",
    );
  return (
    <div data-testid="secret-store" data-state={state ?? "unknown"} className="shrink-0">
      {state === "unavailable" || failure !== null ? (
        <Banner
          flush
          tone="bad"
          title={
            <ServerText
              text={asSentence(value?.problem?.message ?? failure?.message ?? "secrets cannot be used now")}
              multiline
              limit={400}
            />
          }
          actions={
            <>
              <Button size="sm" onClick={reload}>
                Try again
              </Button>
              {store === "keychain" && (
                <Button size="sm" busy={busy} onClick={() => choose("file")}>
                  Use a file instead…
                </Button>
              )}
            </>
          }
        >
          <ServerText
            text={value?.problem?.advice ?? failure?.advice ?? ""}
            multiline
            limit={600}
            className="block"
          />
          <span className="block">What needs a secret or a sign-in does not start until then.</span>
        </Banner>
      ) : state === "locked" || state === "new" ? (
        <Banner
          flush
          tone="warn"
          title={
            state === "new" ? "Choose a passphrase for the file of secrets" : "The file of secrets is locked"
          }
          actions={
            <>
              {state === "new" && (
                <Button size="sm" busy={busy} onClick={() => choose("keychain")}>
                  Use the keychain…
                </Button>
              )}
              <Button size="sm" variant="primary" onClick={() => setUnlocking(true)}>
                {state === "new" ? "Choose a passphrase…" : "Unlock…"}
              </Button>
            </>
          }
        >
          {state === "new"
            ? "Secrets are encrypted under it. It is asked for after each start of the hub, and nobody can recover it."
            : "Its passphrase is asked for once after each start of the hub. Servers that need a secret start after it."}
        </Banner>
      ) : (
        <p className="flex h-9 items-center gap-2 border-line border-b px-5 text-muted text-sm">
          {store === "file" ? <FileLock2 aria-hidden size={14} /> : <KeyRound aria-hidden size={14} />}
          <span className="min-w-0 flex-1 truncate">
            {store === "file"
              ? "Kept in an encrypted file, which is open until the hub ends."
              : "Kept in the system's keychain."}{" "}
            Values are never shown.
          </span>
          <Button
            size="sm"
            variant="ghost"
            busy={busy}
            className="-mr-2"
            onClick={() => choose(store === "file" ? "keychain" : "file")}
          >
            {store === "file" ? "Use the keychain…" : "Use a file…"}
          </Button>
        </p>
      )}
      {unlocking && (state === "locked" || state === "new") && (
        <PassphraseDialog isNew={state === "new"} onClose={() => setUnlocking(false)} />
      )}
    </div>
  );
}
