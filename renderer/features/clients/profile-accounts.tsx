import type { Broadcast } from "../../../shared/contract.ts";
import type { Connection } from "../../lib/connection.ts";
import { useResource } from "../../lib/resource.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Select } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { choicesOf, withAccount } from "./account-choice.ts";

const DEFAULT = "default";

/** The accounts of every remote server that somebody is signed in to. */
async function load(connection: Connection): Promise<Record<string, string[]>> {
  const { servers } = await connection.call("servers.list", {});
  const remote = servers.filter(({ transport }) => transport !== "stdio");
  const details = await Promise.all(remote.map(({ name }) => connection.call("servers.get", { name })));
  return Object.fromEntries(
    details.map(({ name, accounts }) => [name, accounts.map((account) => account.name)]),
  );
}
const CHANGED: readonly Broadcast[] = ["accountsChanged", "serverRemoved"];

/** Which account of each remote server a profile's clients use; nothing where there is no choice. */
export function ProfileAccounts({
  accounts,
  onAccounts,
}: {
  readonly accounts: Readonly<Record<string, string>>;
  readonly onAccounts: (accounts: Readonly<Record<string, string>>) => void;
}) {
  const { value } = useResource(load, CHANGED);
  const choices = choicesOf(value ?? {}, accounts);
  if (choices.length === 0) return null;
  return (
    <FormRow label="Accounts" hint="Which account its clients use, where a server has several.">
      <ul data-testid="profile-accounts" className="space-y-1.5">
        {choices.map(({ server, names }) => (
          <li key={server} className="flex items-center gap-3 text-sm">
            <ServerText text={server} limit={64} className="w-40 shrink-0 truncate" />
            <Select
              label={`Account of ${plainVisible(server, 40)}`}
              value={accounts[server] ?? DEFAULT}
              options={names.map((name) => ({ value: name, label: plainVisible(name, 40) }))}
              onValue={(name) => onAccounts(withAccount(accounts, server, name))}
            />
          </li>
        ))}
      </ul>
    </FormRow>
  );
}
