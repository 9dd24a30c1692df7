import { Plus, X } from "lucide-react";
import { useId } from "react";
import { useHub } from "../../lib/services.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { type ArgDraft, CLAIMS, NEW_CONDITION, type RuleDraft, TESTS, type Test } from "./rule-draft.ts";

type Errors = ReadonlyMap<string, string>;
type Globs = RuleDraft["globs"];

const CLAIM_WORDS: Readonly<Record<(typeof CLAIMS)[number], string>> = {
  readOnly: "Read-only",
  destructive: "Destructive",
  idempotent: "Safe to repeat",
  openWorld: "Open to the world",
};
const TEST_WORDS: Readonly<Record<Test, readonly [label: string, example: string]>> = {
  equals: ["is", '"a text", 3 or true'],
  oneOf: ["is one of", '["a", "b"]'],
  glob: ["looks like", "*.md"],
  regex: ["matches the pattern", "[a-z]+"],
  under: ["is a path under", "~/proj or ${project}"],
  host: ["is a URL at", "*.example.com"],
  range: ["is a number from", "1"],
};

/** Every condition of a rule. */
export function RuleFields({
  draft,
  errors,
  onDraft,
}: {
  readonly draft: RuleDraft;
  readonly errors: Errors;
  readonly onDraft: (draft: RuleDraft) => void;
}) {
  const clients = useHub((data) => data.clients);
  const servers = useHub((data) => data.servers);
  const glob = (name: keyof Globs, label: string, placeholder: string, known: readonly string[] = []) => (
    <GlobField
      label={label}
      value={draft.globs[name]}
      placeholder={placeholder}
      known={known}
      error={errors.get(name)}
      onValue={(text) => onDraft({ ...draft, globs: { ...draft.globs, [name]: text } })}
    />
  );
  return (
    <div className="space-y-3">
      <div className="grid grid-cols-2 gap-x-6 gap-y-2.5">
        {glob(
          "server",
          "Server",
          "any server",
          servers.map(({ name }) => name),
        )}
        {glob("tool", "Tool", "any tool, such as read_*")}
        {glob(
          "client",
          "Client",
          "any client",
          clients.filter((c) => c.revokedAt === null).map(({ name }) => name),
        )}
        {glob("profile", "Profile", "any profile")}
        {glob("project", "Project", "any folder, such as ~/proj/*")}
        {glob("method", "Method", "any method", ["tools/call", "resources/read", "prompts/get"])}
      </div>
      <FormRow
        narrow
        label="Claims"
        hint="What the server says of its own tool. Where it says nothing, the worst is taken."
      >
        <div className="grid grid-cols-2 gap-x-4 gap-y-1.5">
          {CLAIMS.map((name) => (
            <span key={name} className="flex items-center gap-2 text-sm">
              <span className="min-w-0 flex-1 truncate">{CLAIM_WORDS[name]}</span>
              <Select
                label={CLAIM_WORDS[name]}
                value={draft.claims[name]}
                options={[
                  { value: "", label: "either" },
                  { value: "yes", label: "yes" },
                  { value: "no", label: "no" },
                ]}
                onValue={(value) =>
                  onDraft({ ...draft, claims: { ...draft.claims, [name]: value as "" | "yes" | "no" } })
                }
                className="w-22"
              />
            </span>
          ))}
        </div>
      </FormRow>
      <FormRow narrow label="Arguments" error={errors.get("args")}>
        <div className="space-y-1.5">
          {draft.args.map((condition, index) => (
            <Condition
              // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no identity but its place
              key={index}
              index={index}
              condition={condition}
              errors={errors}
              onCondition={(changed) =>
                onDraft({ ...draft, args: draft.args.map((other, at) => (at === index ? changed : other)) })
              }
              onRemove={() => onDraft({ ...draft, args: draft.args.filter((_, at) => at !== index) })}
            />
          ))}
          <Button
            size="sm"
            icon={<Plus size={13} />}
            onClick={() => onDraft({ ...draft, args: [...draft.args, NEW_CONDITION] })}
          >
            Add a condition
          </Button>
        </div>
      </FormRow>
      <FormRow narrow label="After" error={errors.get("after")}>
        <div className="flex flex-wrap items-center gap-2">
          <Select
            label="Only after"
            value={draft.after}
            options={[
              { value: "", label: "at any time" },
              { value: "used", label: "the session has used" },
              { value: "untrusted", label: "it has read untrusted content of" },
            ]}
            onValue={(after) => onDraft({ ...draft, after: after as RuleDraft["after"] })}
            className="max-w-72"
          />
          {draft.after !== "" && (
            <>
              <Input
                aria-label="Tool that was used before"
                placeholder="any tool"
                value={draft.afterTool}
                onChange={(event) => onDraft({ ...draft, afterTool: event.target.value })}
                className="w-32"
              />
              <span className="text-muted text-sm">of</span>
              <Input
                aria-label="Server that was used before"
                placeholder="any server"
                value={draft.afterServer}
                onChange={(event) => onDraft({ ...draft, afterServer: event.target.value })}
                className="w-32"
              />
            </>
          )}
        </div>
      </FormRow>
      <FormRow narrow label="Holds" error={errors.get("scope")}>
        <div className="flex items-center gap-2">
          <Select
            label="Holds"
            value={draft.scope}
            options={[
              { value: "always", label: "for good" },
              { value: "until", label: "until a time" },
              // Grants are the hub's to keep; a rule of the file with these only asks or denies.
              ...(draft.scope === "once" || draft.scope === "session"
                ? [{ value: draft.scope, label: draft.scope === "once" ? "once" : "for a session" }]
                : []),
            ]}
            onValue={(scope) => onDraft({ ...draft, scope: scope as RuleDraft["scope"] })}
          />
          {draft.scope === "until" && (
            <Input
              type="datetime-local"
              aria-label="Until"
              value={draft.until}
              aria-invalid={errors.has("scope")}
              onChange={(event) => onDraft({ ...draft, until: event.target.value })}
            />
          )}
        </div>
      </FormRow>
      <Note draft={draft} error={errors.get("note")} onDraft={onDraft} />
    </div>
  );
}

function Note({
  draft,
  error,
  onDraft,
}: {
  readonly draft: RuleDraft;
  readonly error: string | undefined;
  readonly onDraft: (draft: RuleDraft) => void;
}) {
  const id = useId();
  return (
    <FormRow narrow label="Note" htmlFor={id} error={error}>
      <Input
        id={id}
        value={draft.note}
        placeholder="Why, for yourself"
        onChange={(event) => onDraft({ ...draft, note: event.target.value })}
        className="w-full"
      />
    </FormRow>
  );
}

function GlobField({
  label,
  value,
  placeholder,
  known,
  error,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly known: readonly string[];
  readonly error: string | undefined;
  readonly onValue: (text: string) => void;
}) {
  const id = useId();
  return (
    <FormRow narrow label={label} htmlFor={id} error={error}>
      <Input
        id={id}
        value={value}
        placeholder={placeholder}
        aria-invalid={error !== undefined}
        {...(known.length === 0 ? {} : { list: `${id}-known` })}
        onChange={(event) => onValue(event.target.value)}
        className="w-full"
      />
      {known.length > 0 && (
        <datalist id={`${id}-known`}>
          {known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </FormRow>
  );
}

function Condition({
  index,
  condition,
  errors,
  onCondition,
  onRemove,
}: {
  readonly index: number;
  readonly condition: ArgDraft;
  readonly errors: Errors;
  readonly onCondition: (condition: ArgDraft) => void;
  readonly onRemove: () => void;
}) {
  const number = index + 1;
  const wrongPath = errors.get(`args.${index}.path`);
  const wrongValue = errors.get(`args.${index}.value`);
  const { path, test, value, most } = condition;
  return (
    <div data-testid="condition">
      <div className="flex items-center gap-1.5">
        <Input
          aria-label={`Argument ${number}`}
          placeholder="/path"
          value={path}
          aria-invalid={wrongPath !== undefined}
          onChange={(event) => onCondition({ ...condition, path: event.target.value })}
          className="w-28 min-w-0 shrink font-mono text-xs!"
        />
        <Select
          label={`Test ${number}`}
          value={test}
          options={TESTS.map((key) => ({ value: key, label: TEST_WORDS[key][0] }))}
          onValue={(next) => onCondition({ ...condition, test: next as Test })}
          className="w-40"
        />
        <Input
          aria-label={`Value ${number}`}
          placeholder={TEST_WORDS[test][1]}
          value={value}
          aria-invalid={wrongValue !== undefined}
          onChange={(event) => onCondition({ ...condition, value: event.target.value })}
          className="min-w-0 flex-1 font-mono text-xs!"
        />
        {test === "range" && (
          <>
            <span className="text-muted text-sm">to</span>
            <Input
              aria-label={`Greatest value ${number}`}
              placeholder="any"
              value={most}
              aria-invalid={wrongValue !== undefined}
              onChange={(event) => onCondition({ ...condition, most: event.target.value })}
              className="w-24 min-w-0 font-mono text-xs!"
            />
          </>
        )}
        <IconButton size="sm" label={`Remove condition ${number}`} onClick={onRemove}>
          <X size={13} />
        </IconButton>
      </div>
      {(wrongPath ?? wrongValue) !== undefined && (
        <p role="alert" className="mt-1 text-bad text-xs">
          {wrongPath !== undefined ? `The argument ${wrongPath}.` : wrongValue}
        </p>
      )}
    </div>
  );
}
