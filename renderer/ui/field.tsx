import { Check, ChevronDown, Search, X } from "lucide-react";
import { Select as RadixSelect, Switch as RadixSwitch } from "radix-ui";
import type { InputHTMLAttributes, Ref, TextareaHTMLAttributes } from "react";
import { cx } from "./cx.ts";

const FIELD =
  "rounded-md border border-line-strong bg-raised text-fg shadow-[0_1px_1px_rgb(0_0_0/3%)] outline-none transition-[border-color,box-shadow] duration-100 focus:border-accent focus:shadow-[0_0_0_2px_var(--accent-line)] disabled:opacity-50 aria-invalid:border-bad-mark";

/** A one-line text field. Give it an id with a label, or an aria-label. */
export function Input({
  className,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={cx(FIELD, "h-7.5 px-2.5 text-sm", className)}
    />
  );
}

/** A field of several lines, for pasted text. */
export function Textarea({
  className,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <textarea
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={cx(FIELD, "resize-none px-3 py-2.5 font-mono text-xs leading-5", className)}
    />
  );
}

/** A filter field with a magnifier and a clear button; the `/` key finds it by its data attribute. */
export function SearchInput({
  label,
  value,
  onValue,
  className,
  primary = false,
  ...rest
}: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** The screen's main filter, which `/` focuses. */
  readonly primary?: boolean;
} & Omit<InputHTMLAttributes<HTMLInputElement>, "value">) {
  return (
    <div className={cx("relative", className)}>
      <Search
        aria-hidden
        size={14}
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-faint"
      />
      <Input
        aria-label={label}
        placeholder={label}
        {...rest}
        {...(primary ? { "data-filter-input": "" } : {})}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          rest.onKeyDown?.(event);
          if (event.key === "Escape" && !event.defaultPrevented) {
            if (value === "") event.currentTarget.blur();
            else onValue("");
            event.stopPropagation();
          }
        }}
        className="w-full pr-7 pl-8"
      />
      {value !== "" && (
        <button
          type="button"
          aria-label="Clear"
          onClick={() => onValue("")}
          className="absolute top-1/2 right-1.5 -translate-y-1/2 rounded-sm p-0.5 text-faint hover:bg-hover hover:text-fg"
        >
          <X size={13} />
        </button>
      )}
    </div>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** A choice of one among few. An empty value is written as "*" for Radix and never leaves this component. */
export function Select({
  label,
  value,
  options,
  onValue,
  className,
  disabled = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onValue: (value: string) => void;
  readonly className?: string;
  readonly disabled?: boolean;
}) {
  return (
    <RadixSelect.Root
      value={value === "" ? "*" : value}
      onValueChange={(next) => onValue(next === "*" ? "" : next)}
      disabled={disabled}
    >
      <RadixSelect.Trigger
        aria-label={label}
        className={cx(
          FIELD,
          "inline-flex h-7.5 max-w-52 shrink-0 items-center gap-1.5 pr-1.5 pl-2.5 text-sm hover:bg-hover",
          value !== "" && "data-[active]:border-accent",
          className,
        )}
      >
        <span className="min-w-0 flex-1 truncate text-left">
          <RadixSelect.Value />
        </span>
        <RadixSelect.Icon>
          <ChevronDown aria-hidden size={13} className="text-faint" />
        </RadixSelect.Icon>
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content
          position="popper"
          sideOffset={4}
          className="anim-fade z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-80 overflow-hidden rounded-lg bg-raised p-1 shadow-pop"
        >
          <RadixSelect.Viewport>
            {options.map((option) => (
              <RadixSelect.Item
                key={option.value}
                value={option.value === "" ? "*" : option.value}
                className="flex h-7 select-none items-center gap-2 rounded-sm pr-2 pl-1.5 text-sm outline-none data-[highlighted]:bg-press"
              >
                <span className="flex w-3.5 justify-center">
                  <RadixSelect.ItemIndicator>
                    <Check size={13} className="text-accent" />
                  </RadixSelect.ItemIndicator>
                </span>
                <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
              </RadixSelect.Item>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
}

/** On or off. */
export function Switch({
  label,
  checked,
  onChecked,
  disabled = false,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <RadixSwitch.Root
      aria-label={label}
      checked={checked}
      onCheckedChange={onChecked}
      disabled={disabled}
      className="relative h-5 w-8.5 shrink-0 rounded-full bg-idle-mark transition-colors duration-150 focus-visible:outline-offset-2 disabled:opacity-50 data-[state=checked]:bg-accent-fill"
    >
      <RadixSwitch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-white shadow-sm transition-transform duration-150 data-[state=checked]:translate-x-4" />
    </RadixSwitch.Root>
  );
}

/** A few choices side by side, of which one holds. */
export function Segmented({
  label,
  value,
  options,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onValue: (value: string) => void;
}) {
  return (
    <fieldset aria-label={label} className="m-0 inline-flex shrink-0 rounded-md border-0 bg-press p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onValue(option.value)}
          className={cx(
            "h-6 rounded-[5px] px-2.5 font-medium text-xs transition-colors duration-100 max-[960px]:px-1.75",
            option.value === value
              ? "bg-raised text-fg shadow-[0_1px_2px_rgb(0_0_0/14%)]"
              : "text-muted hover:text-fg",
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
