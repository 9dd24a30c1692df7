import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Input, Select, Textarea } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import {
  type Draft,
  type DraftProblem,
  emptyDraft,
  entryOf,
  isBlank,
  withEntry,
  writeDraft,
} from "./draft.ts";
import type { Field, Member } from "./schema.ts";

/** Texts longer than this, or with line breaks, are edited in a field of several lines. */
const ONE_LINE = 80;
const LEFT_OUT = "";
const CHOICE = "value:";

interface FieldProps {
  readonly field: Field;
  readonly draft: Draft | undefined;
  readonly path: string;
  readonly required: boolean;
  readonly problems: readonly DraftProblem[];
  /** Undefined leaves the value out. */
  readonly onDraft: (draft: Draft | undefined) => void;
}

/** The members of an object, each with its field. */
export function ObjectFields({
  field,
  draft,
  path,
  problems,
  onDraft,
}: Omit<FieldProps, "required" | "onDraft"> & { readonly onDraft: (draft: Draft) => void }) {
  const others =
    draft?.kind === "object"
      ? draft.entries.filter(([key]) => !field.members.some((member) => member.key === key))
      : [];
  return (
    <div className="space-y-4">
      {field.members.map((member) => (
        <MemberRow
          key={member.key}
          member={member}
          draft={draft === undefined ? undefined : entryOf(draft, member.key)}
          path={`${path}/${member.key}`}
          problems={problems}
          onDraft={(next) => onDraft(withEntry(draft ?? { kind: "object", entries: [] }, member.key, next))}
        />
      ))}
      {others.length > 0 && (
        <p className="text-muted text-xs">
          Also sent, but not in the schema:{" "}
          <ServerText text={others.map(([key]) => key).join(", ")} limit={200} className="inline" />. See
          JSON.
        </p>
      )}
    </div>
  );
}

function MemberRow({
  member: { key, required, field },
  draft,
  path,
  problems,
  onDraft,
}: Omit<FieldProps, "field" | "required"> & { readonly member: Member }) {
  const id = useId();
  const own = problems.find((problem) => problem.path === path);
  const isNull = draft?.kind === "raw" && draft.text.trim() === "null";
  const nested = field.kind === "object" || field.kind === "array";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot be laid out as this head is
    <div role="group" aria-labelledby={`${id}-name`} data-field={path} className="min-w-0">
      <div className="mb-1 flex min-w-0 items-baseline gap-2 text-sm">
        <span id={`${id}-name`} className="min-w-0 font-medium">
          <ServerText text={key} limit={80} />
        </span>
        <span className="shrink-0 text-faint text-xs">{kindWords(field)}</span>
        {required && <span className="shrink-0 text-warn text-xs">required</span>}
        <span className="flex-1" />
        {field.nullable && field.kind !== "boolean" && field.kind !== "choice" && (
          <button
            type="button"
            onClick={() => onDraft(isNull ? emptyDraft(field) : { kind: "raw", text: "null" })}
            className="shrink-0 rounded-sm text-muted text-xs hover:text-fg"
          >
            {isNull ? "Not null" : "Null"}
            <span className="sr-only"> for {plainVisible(key, 40)}</span>
          </button>
        )}
        {!required && draft !== undefined && (
          <button
            type="button"
            onClick={() => onDraft(undefined)}
            className="shrink-0 rounded-sm text-muted text-xs hover:text-fg"
          >
            Leave out<span className="sr-only"> {plainVisible(key, 40)}</span>
          </button>
        )}
      </div>
      {field.description !== null && field.description !== "" && (
        <ServerText
          text={field.description}
          multiline
          limit={400}
          className="mb-1.5 block text-muted text-xs"
        />
      )}
      <div className={cx(nested && "border-line border-l-2 pl-3")}>
        <FieldInput
          label={key}
          describedBy={`${id}-hint`}
          field={field}
          draft={draft}
          path={path}
          required={required}
          problems={problems}
          onDraft={onDraft}
        />
      </div>
      <p
        id={`${id}-hint`}
        role={own === undefined ? undefined : "alert"}
        className={cx(
          "text-xs",
          own === undefined ? "text-faint" : "text-bad",
          (own || hintOf(field)) && "mt-1",
        )}
      >
        {own === undefined ? <ServerText text={hintOf(field)} limit={200} className="block" /> : own.message}
      </p>
    </div>
  );
}

function kindWords(field: Field): string {
  const words: Record<Field["kind"], string> = {
    string: "text",
    number: "number",
    integer: "whole number",
    boolean: "true or false",
    choice: "one of",
    array: "list",
    object: "object",
    raw: "JSON",
  };
  return words[field.kind] + (field.nullable ? " or null" : "");
}

/** What else is said of the value, in words. */
function hintOf(field: Field): string {
  const range = [
    ...(field.minimum === null ? [] : [`from ${field.minimum}`]),
    ...(field.maximum === null ? [] : [`to ${field.maximum}`]),
    ...(field.above === null ? [] : [`more than ${field.above}`]),
    ...(field.below === null ? [] : [`less than ${field.below}`]),
    ...(field.least === null ? [] : [`at least ${field.least}`]),
    ...(field.most === null ? [] : [`at most ${field.most}`]),
  ];
  return [
    ...range,
    ...field.wanted,
    ...(field.preset === null ? [] : [`default: ${field.preset.slice(0, 200)}`]),
  ].join(" · ");
}

/** The control of one value. */
function FieldInput({
  label,
  describedBy,
  field,
  draft,
  path,
  required,
  problems,
  onDraft,
}: FieldProps & { readonly label: string; readonly describedBy: string }) {
  const name = plainVisible(label, 80);
  const wrong = problems.some((problem) => problem.path === path);
  const common = { "aria-label": name, "aria-describedby": describedBy, "aria-invalid": wrong };
  // What was typed as JSON and does not fit the field is edited as JSON.
  if (draft !== undefined && !fits(field, draft))
    return <RawInput common={common} draft={draft} onDraft={onDraft} />;
  switch (field.kind) {
    case "string": {
      const text = draft?.kind === "string" ? draft.text : "";
      const onText = (next: string): void =>
        onDraft(next === "" && !required ? undefined : { kind: "string", text: next });
      if (text.length > ONE_LINE || text.includes("\n"))
        return (
          <Textarea
            {...common}
            rows={Math.min(14, Math.max(3, text.split("\n").length))}
            value={text}
            onChange={(event) => onText(event.target.value)}
            className="w-full"
          />
        );
      return (
        <Input
          {...common}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            // A line break begins a text of several lines.
            if (event.key !== "Enter" || !event.shiftKey) return;
            event.preventDefault();
            onText(`${text}\n`);
          }}
          className="w-full"
        />
      );
    }
    case "number":
    case "integer": {
      const text = draft?.kind === "raw" ? draft.text : "";
      return (
        <Input
          {...common}
          inputMode={field.kind === "integer" ? "numeric" : "decimal"}
          value={text}
          onChange={(event) => {
            const next = event.target.value;
            onDraft(next === "" && !required ? undefined : { kind: "raw", text: next });
          }}
          className="tabular w-72 max-w-full"
        />
      );
    }
    case "boolean":
    case "choice": {
      const choices =
        field.kind === "boolean"
          ? [
              { raw: "true", label: "true" },
              { raw: "false", label: "false" },
            ]
          : field.choices;
      const all =
        field.nullable && !choices.some(({ raw }) => raw === "null")
          ? [...choices, { raw: "null", label: "null" }]
          : choices;
      const chosen = draft === undefined || isBlank(draft) ? undefined : writeDraft(draft);
      const at = all.findIndex(({ raw }) => raw === chosen);
      return (
        <Select
          label={name}
          value={at < 0 ? LEFT_OUT : CHOICE + at}
          options={[
            { value: LEFT_OUT, label: required ? "Choose…" : "Left out" },
            ...all.map((choice, index) => ({ value: CHOICE + index, label: plainVisible(choice.label, 80) })),
          ]}
          onValue={(value) => {
            const raw = value === LEFT_OUT ? undefined : all[Number(value.slice(CHOICE.length))]?.raw;
            onDraft(raw === undefined ? undefined : draftOfRaw(raw));
          }}
          className="max-w-full"
        />
      );
    }
    case "array":
      return (
        <ListInput
          name={name}
          field={field}
          draft={draft}
          path={path}
          required={required}
          problems={problems}
          onDraft={onDraft}
        />
      );
    case "object":
      return draft === undefined ? (
        <Button size="sm" icon={<Plus size={12} />} onClick={() => onDraft(emptyDraft(field))}>
          Add<span className="sr-only"> {name}</span>
        </Button>
      ) : (
        <ObjectFields field={field} draft={draft} path={path} problems={problems} onDraft={onDraft} />
      );
    case "raw":
      return <RawInput common={common} draft={draft} onDraft={onDraft} />;
  }
}

/** A scalar's raw JSON as the draft that stands for it. */
function draftOfRaw(raw: string): Draft {
  return raw.startsWith('"')
    ? { kind: "string", text: JSON.parse(raw) as string }
    : { kind: "raw", text: raw };
}

const fits = (field: Field, draft: Draft): boolean => {
  switch (field.kind) {
    case "string":
      return draft.kind === "string";
    case "number":
    case "integer":
      return draft.kind === "raw";
    case "array":
      return draft.kind === "array" && field.item !== null;
    case "object":
      return draft.kind === "object";
    case "boolean":
    case "choice":
      return true;
    case "raw":
      return false;
  }
};

function RawInput({
  common,
  draft,
  onDraft,
}: {
  readonly common: { "aria-label": string; "aria-describedby": string; "aria-invalid": boolean };
  readonly draft: Draft | undefined;
  readonly onDraft: (draft: Draft | undefined) => void;
}) {
  const text = draft === undefined ? "" : draft.kind === "raw" ? draft.text : writeDraft(draft);
  return (
    <Textarea
      {...common}
      placeholder="JSON"
      rows={Math.min(10, Math.max(2, text.split("\n").length))}
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        onDraft(next === "" ? undefined : { kind: "raw", text: next });
      }}
      className="w-full"
    />
  );
}

function ListInput({ name, field, draft, path, problems, onDraft }: FieldProps & { readonly name: string }) {
  const items = draft?.kind === "array" ? draft.items : [];
  const { item } = field;
  if (item === null) return null;
  const set = (next: readonly Draft[]): void => onDraft({ kind: "array", items: next });
  return (
    <div className="space-y-2">
      {items.map((one, index) => {
        const itemPath = `${path}/${index}`;
        const wrong = problems.find((problem) => problem.path === itemPath);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place
          <div key={index} className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <FieldInput
                label={`${name} ${index + 1}`}
                describedBy=""
                field={item}
                draft={one}
                path={itemPath}
                required
                problems={problems}
                onDraft={(next) =>
                  set(items.map((other, at) => (at === index ? (next ?? emptyDraft(item)) : other)))
                }
              />
              {wrong !== undefined && (
                <p role="alert" className="mt-1 text-bad text-xs">
                  {wrong.message}
                </p>
              )}
            </div>
            <IconButton
              label={`Remove ${name} ${index + 1}`}
              size="sm"
              onClick={() => set(items.filter((_, at) => at !== index))}
            >
              <Trash2 size={13} />
            </IconButton>
          </div>
        );
      })}
      <Button size="sm" icon={<Plus size={12} />} onClick={() => set([...items, emptyDraft(item)])}>
        Add an item<span className="sr-only"> to {name}</span>
      </Button>
    </div>
  );
}
