import { cx } from "../ui/cx.ts";
import { Kbd } from "../ui/kbd.tsx";
import { ServerText } from "../ui/server-text.tsx";

/** One of a few, with what it means under the chosen one. */
export function Choices<T extends string>({
  label,
  name,
  value,
  options,
  onValue,
  chips = false,
  foreign = false,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly note?: string }[];
  readonly onValue: (value: T) => void;
  /** Side by side, as wide as their words. */
  readonly chips?: boolean;
  /** Their words may quote somebody else. */
  readonly foreign?: boolean;
}) {
  return (
    <div role="radiogroup" aria-label={label} className={chips ? "flex flex-wrap gap-1" : "space-y-px"}>
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            "flex min-w-0 items-baseline gap-2 rounded-md hover:bg-hover",
            chips ? "border border-line bg-sunken py-0.5 pr-2 pl-1.5 text-xs" : "px-2 py-1 text-sm",
            option.value === value && "bg-press",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
            className="size-3 shrink-0 translate-y-px accent-(--accent-fill)"
          />
          <span className={cx("min-w-0 [overflow-wrap:anywhere]", foreign && "font-mono text-2xs")}>
            <ServerText text={option.label} limit={200} className="inline whitespace-pre-wrap!" />
          </span>
          {option.note !== undefined && (
            <span className="tabular ml-auto shrink-0 text-muted text-xs">{option.note}</span>
          )}
        </label>
      ))}
    </div>
  );
}

/** The line at the foot that says what keys do, or what is to be waited for. */
export function Hints({
  armed,
  note = "",
  hints,
}: {
  readonly armed: boolean;
  /** What is to be done before more can be pressed. */
  readonly note?: string;
  readonly hints: readonly [keys: string, does: string][];
}) {
  return (
    <p data-testid="hints" className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted text-2xs">
      {hints.map(([keys, does]) => (
        <span key={keys} className="inline-flex items-center gap-1">
          <Kbd keys={keys} />
          {does}
        </span>
      ))}
      <span className="ml-auto" aria-live="polite">
        {armed ? note : "Look first…"}
      </span>
    </p>
  );
}

/** Why a choice was not taken. */
export const Refused = ({ message }: { readonly message: string | null }) =>
  message === null ? null : (
    <p role="alert" data-testid="refused" className="mb-2 text-bad text-sm">
      {message}
    </p>
  );

/** What a rule says: it quotes arguments, so that it stands in a border of its own, in monospace. */
export const RuleWords = ({
  testid,
  intro,
  words,
}: {
  readonly testid: string;
  readonly intro?: string;
  readonly words: string;
}) => (
  <p
    data-testid={testid}
    className="mt-1.5 max-h-24 overflow-y-auto rounded-md border border-line bg-sunken px-2 py-1 font-mono text-2xs text-muted"
  >
    {intro !== undefined && <span className="font-sans font-medium">{intro} </span>}
    <ServerText text={words} whole />
  </p>
);
