import { Trash2 } from "lucide-react";
import { useHub } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { IconButton } from "../../ui/button.tsx";
import { Segmented, Select, Switch, Textarea } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { ProfileAccounts } from "./profile-accounts.tsx";
import {
  type FilterDraft,
  KINDS,
  type Kind,
  noLimits,
  type ProfileDraft,
  type ServerDraft,
} from "./profile-draft.ts";

/** Before a server's name in the chooser, whose values may not be a lone asterisk. */
const OF = "of:";
const WORDS: Readonly<Record<Kind, string>> = {
  tools: "Tools",
  resources: "Resources",
  prompts: "Prompts",
};
const EXAMPLES: Readonly<Record<Kind, string>> = {
  tools: "write_*",
  resources: "file:///etc/*",
  prompts: "draft-*",
};

/** The fields of a profile. */
export function ProfileFields({
  draft,
  onDraft,
}: {
  readonly draft: ProfileDraft;
  readonly onDraft: (draft: ProfileDraft) => void;
}) {
  const servers = useHub((data) => data.servers);
  const limited = new Set(draft.limits.map(({ server }) => server));
  const free = [
    ...servers.map(({ name }) => ({ name, label: plainVisible(name, 40) })),
    { name: "*", label: "Every other server" },
  ]
    .filter(({ name }) => !limited.has(name))
    .map(({ name, label }) => ({ value: `${OF}${name}`, label }));
  return (
    <>
      <FormRow
        label="Servers"
        {...(draft.servers === null
          ? {}
          : { hint: "One name or pattern a line; * is any run of characters." })}
      >
        <div className="flex flex-col items-start gap-2">
          <Segmented
            label="Servers"
            value={draft.servers === null ? "all" : "some"}
            options={[
              { value: "all", label: "Every server" },
              { value: "some", label: "Only these" },
            ]}
            onValue={(value) =>
              onDraft({
                ...draft,
                servers:
                  value === "all" ? null : (draft.servers ?? servers.map(({ name }) => name).join("\n")),
              })
            }
          />
          {draft.servers !== null && (
            <Patterns
              label="Servers it sees"
              value={draft.servers}
              placeholder="No server is seen"
              onValue={(text) => onDraft({ ...draft, servers: text })}
            />
          )}
        </div>
      </FormRow>
      <FormRow label="Read-only" hint="By what each server says of its own tools: a claim, not checked.">
        <div className="flex h-7.5 items-center gap-2.5 text-sm">
          <Switch
            label="Only tools that their server calls read-only"
            checked={draft.readOnly}
            onChecked={(readOnly) => onDraft({ ...draft, readOnly })}
          />
          Only tools that their server calls read-only
        </div>
      </FormRow>
      <ProfileAccounts accounts={draft.accounts} onAccounts={(accounts) => onDraft({ ...draft, accounts })} />
      <section aria-labelledby="limits" className="flex flex-col gap-3">
        <div className="flex items-center gap-3">
          <div className="min-w-0 flex-1">
            <h2 id="limits" className="font-semibold text-base tracking-[-0.008em]">
              Limits by server
            </h2>
            <p className="text-muted text-sm">
              By the server's own names. A “never” always wins; what no limit names is seen.
            </p>
          </div>
          {free.length > 0 && (
            <Select
              label="Limit a server"
              value=""
              options={[{ value: "", label: "Limit a server…" }, ...free]}
              onValue={(value) =>
                value !== "" &&
                onDraft({ ...draft, limits: [...draft.limits, noLimits(value.slice(OF.length))] })
              }
            />
          )}
        </div>
        {draft.limits.map((limit) => (
          <Limits
            key={limit.server}
            limit={limit}
            onLimit={(changed) =>
              onDraft({
                ...draft,
                limits: draft.limits.map((other) => (other === limit ? changed : other)),
              })
            }
            onRemove={() => onDraft({ ...draft, limits: draft.limits.filter((other) => other !== limit) })}
          />
        ))}
      </section>
    </>
  );
}

function Limits({
  limit,
  onLimit,
  onRemove,
}: {
  readonly limit: ServerDraft;
  readonly onLimit: (limit: ServerDraft) => void;
  readonly onRemove: () => void;
}) {
  const name = limit.server === "*" ? "every other server" : limit.server;
  return (
    <fieldset
      aria-label={`Limits of ${plainVisible(name, 60)}`}
      data-testid="limits"
      className="m-0 min-w-0 rounded-lg border border-line p-0"
    >
      <div className="flex h-9 items-center gap-2 border-line border-b bg-sunken pr-1.5 pl-4">
        <span className="min-w-0 flex-1 font-medium text-sm">
          {limit.server === "*" ? "Every other server" : <ServerText text={limit.server} limit={64} />}
        </span>
        <IconButton size="sm" label={`Remove the limits of ${plainVisible(name, 40)}`} onClick={onRemove}>
          <Trash2 size={13} />
        </IconButton>
      </div>
      <div className="divide-y divide-line">
        {KINDS.map((kind) => (
          <Filter
            key={kind}
            kind={kind}
            filter={limit.filters[kind]}
            onFilter={(filter) => onLimit({ ...limit, filters: { ...limit.filters, [kind]: filter } })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Filter({
  kind,
  filter,
  onFilter,
}: {
  readonly kind: Kind;
  readonly filter: FilterDraft;
  readonly onFilter: (filter: FilterDraft) => void;
}) {
  return (
    <div className="grid grid-cols-[80px_minmax(0,1fr)_minmax(0,1fr)] items-start gap-x-4 px-4 py-2.5">
      <span className="pt-1 font-medium text-sm">{WORDS[kind]}</span>
      <div className="flex min-w-0 flex-col items-start gap-1.5">
        <Segmented
          label={`${WORDS[kind]} that are seen`}
          value={filter.allow === null ? "all" : "some"}
          options={[
            { value: "all", label: "All" },
            { value: "some", label: "Only" },
          ]}
          onValue={(value) => onFilter({ ...filter, allow: value === "all" ? null : (filter.allow ?? "") })}
        />
        {filter.allow !== null && (
          <Patterns
            label={`Only these ${kind}`}
            value={filter.allow}
            placeholder={`No ${kind.slice(0, -1)} is seen`}
            onValue={(allow) => onFilter({ ...filter, allow })}
          />
        )}
      </div>
      <div className="flex min-w-0 items-start gap-2">
        <span className="pt-1 text-muted text-sm">Never</span>
        <Patterns
          label={`Never these ${kind}`}
          value={filter.deny}
          placeholder={EXAMPLES[kind]}
          onValue={(deny) => onFilter({ ...filter, deny })}
        />
      </div>
    </div>
  );
}

/** Patterns, one a line, as high as they are many. */
const Patterns = ({
  label,
  value,
  placeholder,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onValue: (text: string) => void;
}) => (
  <Textarea
    aria-label={label}
    value={value}
    placeholder={placeholder}
    rows={Math.min(12, value.split("\n").length)}
    onChange={(event) => onValue(event.target.value)}
    className="block w-full min-w-0 px-2.5! py-1!"
  />
);
