import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import type { Secret } from "../../../shared/model/secret.ts";
import { ago, fullTime } from "../../lib/format.ts";
import { routeHref } from "../../lib/router.ts";
import { useNow, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { ServerText } from "../../ui/server-text.tsx";

const COLUMNS = "grid grid-cols-[minmax(160px,1fr)_minmax(120px,1fr)_104px_148px] items-center gap-x-4 px-5";

/** The secrets, a line each. */
export function SecretList({
  secrets,
  none,
  onSet,
  onRemove,
}: {
  readonly secrets: readonly Secret[];
  /** What is said where there is no line. */
  readonly none: string;
  readonly onSet: (secret: Secret) => void;
  readonly onRemove: (secret: Secret) => void;
}) {
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div
        aria-hidden
        className={cx(
          COLUMNS,
          "sticky top-0 z-[5] h-8 border-line border-b bg-bg font-medium text-faint text-xs",
        )}
      >
        <span>Name</span>
        <span>Used by</span>
        <span>Set</span>
      </div>
      <ul aria-label="Secrets" data-testid="secrets">
        {secrets.map((secret) => (
          <Row key={secret.name} secret={secret} onSet={onSet} onRemove={onRemove} />
        ))}
      </ul>
      {secrets.length === 0 && <p className="px-5 py-8 text-center text-muted">{none}</p>}
    </div>
  );
}

function Row({
  secret,
  onSet,
  onRemove,
}: {
  readonly secret: Secret;
  readonly onSet: (secret: Secret) => void;
  readonly onRemove: (secret: Secret) => void;
}) {
  const { name, setAt, servers } = secret;
  const now = useNow(30_000);
  const shownName = plainVisible(name, 64);
  return (
    <li
      data-testid="secret-row"
      data-secret={name}
      className={cx(COLUMNS, "min-h-11 border-line border-b py-1.5 text-sm")}
    >
      <span className="flex min-w-0 items-center gap-2">
        <ServerText text={name} limit={64} className="min-w-0 font-medium" />
      </span>
      <span className="flex min-w-0 flex-wrap gap-x-2.5 gap-y-0.5">
        {servers.length === 0 ? (
          <span className="text-faint">No server</span>
        ) : (
          servers.map((server) => <ServerLink key={server} name={server} />)
        )}
      </span>
      <span className="tabular">
        {setAt === null ? (
          <Badge tone="warn" title="A server needs it and does not start without">
            Not set
          </Badge>
        ) : (
          <span className="text-muted" title={fullTime(setAt)}>
            {ago(setAt, now)}
          </span>
        )}
      </span>
      <span className="flex items-center justify-end gap-1">
        {setAt === null ? (
          <Button size="sm" aria-label={`Set ${shownName}`} onClick={() => onSet(secret)}>
            Set…
          </Button>
        ) : (
          <>
            <CopyButton label={`Copy the reference to ${shownName}`} text={`\${secret:${name}}`}>
              Copy reference
            </CopyButton>
            <Menu
              trigger={
                <IconButton size="sm" label={`More of ${shownName}`}>
                  <Ellipsis size={15} />
                </IconButton>
              }
            >
              <MenuItem icon={<Pencil size={14} />} onSelect={() => onSet(secret)}>
                Replace…
              </MenuItem>
              <MenuItem danger icon={<Trash2 size={14} />} onSelect={() => onRemove(secret)}>
                Remove…
              </MenuItem>
            </Menu>
          </>
        )}
      </span>
    </li>
  );
}

function ServerLink({ name }: { readonly name: string }) {
  const { router } = useServices();
  const route = { screen: "servers", server: name } as const;
  return (
    <a
      href={routeHref(route)}
      className="min-w-0 text-accent hover:underline"
      onClick={(event) => {
        event.preventDefault();
        router.go(route);
      }}
    >
      <ServerText text={name} limit={64} />
    </a>
  );
}
