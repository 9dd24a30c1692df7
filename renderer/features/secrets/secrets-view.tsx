import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import type { Secret } from "../../../shared/model/secret.ts";
import { useSecretStore, useSecrets } from "../../lib/secrets.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { SecretList } from "./secret-list.tsx";
import { SetDialog } from "./set-dialog.tsx";
import { StoreState } from "./store-state.tsx";

/** The Secrets screen: names, never values; which servers use each; and how the place stands where they are kept. */
export function SecretsView() {
  const { value, failure, reload } = useSecrets();
  const status = useSecretStore();
  const [filter, setFilter] = useState("");
  /** Null for a new one. */
  const [setting, setSetting] = useState<{ readonly secret: Secret | null } | null>(null);
  const [removing, setRemoving] = useState<Secret | null>(null);
  const needle = filter.toLowerCase();
  const shown = (value?.secrets ?? [])
    .filter(({ name, servers }) => [name, ...servers].some((text) => text.toLowerCase().includes(needle)))
    // What is missing comes first: servers wait for it.
    .sort((a, b) => Number(a.setAt !== null) - Number(b.setAt !== null) || (a.name < b.name ? -1 : 1));
  const some = value !== null && value.secrets.length > 0;
  const add = (
    <Button
      variant="primary"
      icon={<Plus size={14} strokeWidth={2.5} />}
      onClick={() => setSetting({ secret: null })}
    >
      Add a secret
    </Button>
  );
  return (
    <Screen
      title="Secrets"
      actions={
        some && (
          <>
            <SearchInput
              primary
              label="Filter secrets"
              value={filter}
              onValue={setFilter}
              className="w-52 min-w-24 shrink"
            />
            {add}
          </>
        )
      }
    >
      {value === null ? (
        failure === null ? (
          <SkeletonRows rows={5} label="Loading secrets" />
        ) : (
          <Failure what="The secrets could not be read." failure={failure} onRetry={reload} />
        )
      ) : (
        <>
          <StoreState status={status} store={value.store} />
          {some ? (
            <SecretList
              secrets={shown}
              onSet={(secret) => setSetting({ secret })}
              onRemove={setRemoving}
              none={`No secret is called “${plainVisible(filter, 40)}”.`}
            />
          ) : (
            <EmptyState icon={<KeyRound size={22} />} title="Keep tokens out of plain files" actions={add}>
              Set a secret here, then write <code className="font-mono text-xs">{"${secret:NAME}"}</code>{" "}
              where a server's configuration needs it. When you paste a snippet with a token in it, Gatehouse
              offers to do both.
            </EmptyState>
          )}
        </>
      )}
      {setting !== null && (
        <SetDialog secret={setting.secret} names={value?.secrets ?? []} onClose={() => setSetting(null)} />
      )}
      {removing !== null && <RemoveDialog secret={removing} onClose={() => setRemoving(null)} />}
    </Screen>
  );
}
