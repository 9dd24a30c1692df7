import { LogOut, Plus, UserRound } from "lucide-react";
import { useId, useState } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import type { AccountView } from "../../../shared/model/account.ts";
import { nameSchema } from "../../../shared/model/config.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { ago, fullTime, until } from "../../lib/format.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useNow, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Input } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { DEFAULT_ACCOUNT } from "./sign-in-notice.tsx";
import type { SignIns } from "./sign-ins.ts";

const STATES: Readonly<Record<AccountView["state"], { readonly word: string; readonly tone: Tone }>> = {
  "signed-in": { word: "Signed in", tone: "ok" },
  waiting: { word: "Renewal delayed", tone: "warn" },
  "wants-more": { word: "Wants more scopes", tone: "warn" },
  ended: { word: "Sign in again", tone: "bad" },
};

/** Who is signed in to a remote server, and how long that holds. */
export function AccountsPanel({
  detail,
  signIns,
}: {
  readonly detail: ServerDetail;
  readonly signIns: SignIns;
}) {
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<AccountView | null>(null);
  const { accounts } = detail;
  const add = (
    <Button icon={<Plus size={13} />} onClick={() => setAdding(true)}>
      {accounts.length === 0 ? "Sign in…" : "Add an account…"}
    </Button>
  );
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      {accounts.length === 0 ? (
        <EmptyState icon={<UserRound size={22} />} title="Nobody is signed in" actions={add}>
          A server that wants a sign-in says so by itself. Its tokens are kept with the secrets and renewed
          before they run out.
        </EmptyState>
      ) : (
        <div className="max-w-200 space-y-3 px-5 py-4">
          <ul aria-label="Accounts" data-testid="accounts" className="space-y-3">
            {accounts.map((account) => (
              <Account
                key={account.name}
                account={account}
                signIns={signIns}
                onLeave={() => setLeaving(account)}
              />
            ))}
          </ul>
          <div className="flex items-center gap-3">
            {add}
            <p className="text-muted text-xs">
              Clients use “default”, or the account that their profile names.
            </p>
          </div>
        </div>
      )}
      {adding && <AddAccount detail={detail} signIns={signIns} onClose={() => setAdding(false)} />}
      {leaving !== null && (
        <SignOut server={detail.name} account={leaving} onClose={() => setLeaving(null)} />
      )}
    </div>
  );
}

function Account({
  account,
  signIns,
  onLeave,
}: {
  readonly account: AccountView;
  readonly signIns: SignIns;
  readonly onLeave: () => void;
}) {
  const now = useNow(30_000);
  const state = useStore(signIns.store, (states) => states[account.name]);
  const { word, tone } = STATES[account.state];
  const { expiresAt, lastRefresh } = account;
  return (
    <li data-testid="account" data-account={account.name} className="rounded-lg border border-line">
      <div className="flex items-center gap-2.5 border-line border-b bg-sunken px-3.5 py-2">
        <span className="flex min-w-0 flex-1 items-center gap-2">
          <ServerText text={account.name} limit={64} className="min-w-0 font-medium text-sm" />
          <Badge tone={tone}>{word}</Badge>
        </span>
        <Button
          size="sm"
          busy={state?.phase === "beginning"}
          disabled={state?.phase === "open"}
          aria-label={`Sign in again as ${plainVisible(account.name, 64)}`}
          onClick={() => void signIns.begin(account.name)}
        >
          Sign in again
        </Button>
        <Button
          size="sm"
          icon={<LogOut size={13} />}
          aria-label={`Sign out ${plainVisible(account.name, 64)}`}
          onClick={onLeave}
        >
          Sign out…
        </Button>
      </div>
      {account.problem !== null && (
        <p className="px-3.5 pt-2.5 text-sm text-warn">
          <ServerText text={account.problem} multiline limit={400} />
        </p>
      )}
      <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-y-1 px-3.5 py-2.5 text-sm">
        <dt className="text-muted">Who</dt>
        <dd className="min-w-0">
          {account.subject === null ? (
            <span className="text-muted">the issuer does not say</span>
          ) : (
            <ServerText text={account.subject} limit={120} />
          )}
        </dd>
        <dt className="text-muted">Issuer</dt>
        <dd className="min-w-0 break-all">
          <ServerText text={account.issuer} multiline limit={300} />
        </dd>
        <dt className="text-muted">Scopes</dt>
        <dd className="flex min-w-0 flex-wrap gap-1">
          {account.scopes.length === 0 && <span className="text-muted">none named</span>}
          {account.scopes.slice(0, 40).map((scope) => (
            <Badge key={scope}>{plainVisible(scope, 60)}</Badge>
          ))}
        </dd>
        <dt className="text-muted">Expires</dt>
        <dd className="tabular" title={expiresAt === null ? undefined : fullTime(expiresAt)}>
          {expiresAt === null
            ? "the issuer does not say"
            : account.state === "ended"
              ? "over"
              : `${Date.parse(expiresAt) > now ? until(expiresAt, now) : ago(expiresAt, now)}, renewed before`}
        </dd>
        <dt className="text-muted">Last renewed</dt>
        <dd className="tabular" title={lastRefresh === null ? undefined : fullTime(lastRefresh)}>
          {lastRefresh === null ? "not yet" : ago(lastRefresh, now)}
        </dd>
      </dl>
    </li>
  );
}

function AddAccount({
  detail,
  signIns,
  onClose,
}: {
  readonly detail: ServerDetail;
  readonly signIns: SignIns;
  readonly onClose: () => void;
}) {
  const id = useId();
  const [name, setName] = useState(detail.accounts.length === 0 ? DEFAULT_ACCOUNT : "");
  const wish = name.trim();
  const wrong =
    wish === ""
      ? undefined
      : !nameSchema.safeParse(wish).success
        ? "Use letters, digits, dots, dashes and underscores, at most 63."
        : detail.accounts.some((account) => account.name === wish)
          ? "There is an account of this name."
          : undefined;
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title="Add an account"
      description="A name of your own for it, such as work or personal. Profiles choose accounts by it."
      width="w-110"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            type="submit"
            form={`${id}-form`}
            disabled={wish === "" || wrong !== undefined}
          >
            Authenticate
          </Button>
        </>
      }
    >
      <form
        id={`${id}-form`}
        onSubmit={(event) => {
          event.preventDefault();
          if (wish === "" || wrong !== undefined) return;
          onClose();
          void signIns.begin(wish);
        }}
      >
        <FormRow label="Name" htmlFor={id} error={wrong}>
          <Input
            id={id}
            autoFocus
            value={name}
            placeholder="work"
            onChange={(event) => setName(event.target.value)}
            aria-invalid={wrong !== undefined}
            className="w-full"
          />
        </FormRow>
      </form>
    </Dialog>
  );
}

function SignOut({
  server,
  account,
  onClose,
}: {
  readonly server: string;
  readonly account: AccountView;
  readonly onClose: () => void;
}) {
  const { connection } = useServices();
  const [busy, setBusy] = useState(false);
  const leave = async (): Promise<void> => {
    setBusy(true);
    try {
      const { revoked } = await connection.call("servers.signOut", { name: server, account: account.name });
      toast.success(`Signed out of ${plainVisible(server, 60)}.`, {
        description: revoked
          ? "The issuer has revoked the tokens."
          : "The tokens are deleted here; the issuer did not confirm that it has revoked them.",
      });
      onClose();
    } catch (error) {
      toast.error(failureOf(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Sign out of ${plainVisible(server, 64)}?`}
      width="w-110"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="danger" busy={busy} onClick={() => void leave()}>
            Sign out
          </Button>
        </>
      }
    >
      <p className="text-muted text-sm">
        The tokens of{" "}
        <ServerText text={account.subject ?? account.name} limit={100} className="font-medium text-fg" /> are
        revoked at the issuer and deleted here. Clients that use this account cannot call the server's tools
        until you sign in again.
      </p>
    </Dialog>
  );
}
