import { KeyRound } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { Grant } from "../../../shared/model/consent.ts";
import { ago, count, fullTime, until } from "../../lib/format.ts";
import { failureOf } from "../../lib/hub-store.ts";
import type { ResourceState } from "../../lib/resource.ts";
import { useNow, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";

const SCOPES = { once: "Once", session: "Session", hour: "Hour" } as const;

/** What was allowed for a while: each can be taken back at once, by anybody, as that only makes the hub ask again. */
export function GrantList({
  grants: { value, failure, reload },
}: {
  readonly grants: ResourceState<Grant[]> & { reload(): void };
}) {
  if (value === null && failure !== null)
    return <Failure what="The grants could not be read." failure={failure} onRetry={reload} />;
  if (value === null) return <SkeletonRows rows={3} label="Loading grants" />;
  if (value.length === 0)
    return (
      <EmptyState icon={<KeyRound size={22} />} title="Nothing is granted for a while">
        When you answer a question with “for this session” or “for an hour”, the permission stands here until
        it ends, and can be taken back.
      </EmptyState>
    );
  return (
    <ul aria-label="Grants" data-testid="grants" className="min-h-0 flex-1 overflow-auto">
      {value.map((grant) => (
        <Row key={grant.id} grant={grant} onRevoked={reload} />
      ))}
    </ul>
  );
}

function Row({ grant, onRevoked }: { readonly grant: Grant; readonly onRevoked: () => void }) {
  const { connection } = useServices();
  const now = useNow(5_000);
  const [busy, setBusy] = useState(false);
  const { client, session, words, scope, expiresAt, grantedAt, uses, lastUsedAt } = grant;
  const revoke = async (): Promise<void> => {
    setBusy(true);
    try {
      await connection.call("grants.revoke", { id: grant.id });
      toast.success("The permission was taken back.");
    } catch (error) {
      toast.error(failureOf(error).message);
    } finally {
      setBusy(false);
      onRevoked();
    }
  };
  return (
    <li
      data-testid="grant-row"
      className="grid grid-cols-[64px_minmax(0,1fr)_auto] items-start gap-x-4 border-line border-b px-5 py-2.5 text-sm"
    >
      <span className="flex">
        <Badge tone="accent">{SCOPES[scope]}</Badge>
      </span>
      <span className="min-w-0">
        <ServerText text={words} multiline limit={600} className="block" />
        <span className="tabular flex flex-wrap gap-x-3 text-muted text-xs">
          <span>
            to <ServerText text={client} limit={60} className="inline" />
            {session !== null && (
              <>
                {" "}
                in <ServerText text={session} limit={40} className="inline" />
              </>
            )}
          </span>
          <span title={fullTime(grantedAt)}>granted {ago(grantedAt, now)}</span>
          <span>
            {expiresAt === null
              ? scope === "session"
                ? "ends with its session"
                : "ends when it is used"
              : `ends ${until(expiresAt, now)}`}
          </span>
          <span>
            {uses === 0
              ? "not used yet"
              : `used ${count(uses)}×${lastUsedAt === null ? "" : `, ${ago(lastUsedAt, now)}`}`}
          </span>
        </span>
      </span>
      <Button
        size="sm"
        busy={busy}
        aria-label={`Take back: ${plainVisible(words, 120)}`}
        onClick={() => void revoke()}
      >
        Take back
      </Button>
    </li>
  );
}
