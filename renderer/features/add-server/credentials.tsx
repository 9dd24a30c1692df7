import { KeyRound, TriangleAlert } from "lucide-react";
import type { PlainSecret } from "../../../shared/plain-secrets.ts";
import { plural } from "../../lib/format.ts";
import { type Secrets, storeWords } from "../../lib/secrets.ts";
import { Switch } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";

/** What looks like a credential in what was pasted, and the offer to keep it as secrets. Values are never shown. */
export function Credentials({
  secrets,
  staying,
  store,
  moving,
  onMoving,
  disabled,
}: {
  readonly secrets: readonly PlainSecret[];
  /** Places that cannot refer to a secret. */
  readonly staying: readonly string[];
  readonly store: Secrets["store"];
  readonly moving: boolean;
  readonly onMoving: (moving: boolean) => void;
  readonly disabled: boolean;
}) {
  return (
    <section
      aria-label="Credentials"
      data-testid="credentials"
      className="rounded-lg border border-line bg-sunken text-sm"
    >
      <div className="flex items-center gap-2.5 px-3.5 py-2.5">
        {moving && secrets.length > 0 ? (
          <KeyRound aria-hidden size={15} className="shrink-0 text-accent" />
        ) : (
          <TriangleAlert aria-hidden size={15} className="shrink-0 text-warn" />
        )}
        <div className="min-w-0 flex-1">
          <div className="font-medium">
            {secrets.length > 0 ? `Move to ${storeWords(store)}` : "A credential in the arguments"}
          </div>
          <p className="text-muted text-xs">
            {secrets.length === 0
              ? "It cannot be kept as a secret there. Give it in a variable instead, if the server takes one."
              : moving
                ? `${plural(secrets.length, "value")} that ${secrets.length === 1 ? "looks" : "look"} like a credential; gatehouse.json only names ${secrets.length === 1 ? "it" : "them"}.`
                : "What looks like a credential stays in gatehouse.json, where every program of yours can read it."}
          </p>
        </div>
        {secrets.length > 0 && (
          <Switch
            label={`Move credentials to ${storeWords(store)}`}
            checked={moving}
            onChecked={onMoving}
            disabled={disabled}
          />
        )}
      </div>
      <ul className="border-line border-t px-3.5 py-2 text-xs">
        {secrets.map(({ place, name }) => (
          <li key={name} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-3 leading-5">
            <ServerText text={place} limit={80} />
            {moving ? (
              <code className="truncate font-mono text-muted">{`\${secret:${name}}`}</code>
            ) : (
              <span className="text-warn">plain text</span>
            )}
          </li>
        ))}
        {staying.map((place) => (
          <li key={place} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-3 leading-5">
            <ServerText text={place} limit={80} />
            <span className="text-warn">stays: every process can read an argument</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
