// biome-ignore-all lint/a11y/useFocusableInteractive: a combobox keeps the focus in its field
import { Search, X } from "lucide-react";
import { type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { useHub } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { cx } from "../../ui/cx.ts";
import type { CallsStore } from "./calls-store.ts";
import { type Completion, completed, completionsAt, type KnownValues } from "./filter/completion.ts";
import { parseFilter } from "./filter/parse.ts";

/** Milliseconds without a key until what is typed is asked for. */
const TYPING_MS = 250;
/** Rows that are looked through for values to offer. */
const ROWS_SEARCHED = 500;
const TEXT = "h-8 whitespace-pre pr-8 pl-8 text-sm leading-8 font-sans";

/** The filter as text, coloured as it is understood, with what can be typed next below it. */
export function FilterBar({ calls }: { readonly calls: CallsStore }) {
  const stored = useStore(calls.store, (state) => state.text);
  const [text, setText] = useState(stored);
  const [caret, setCaret] = useState(text.length);
  const [focused, setFocused] = useState(false);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const colours = useRef<HTMLDivElement>(null);
  const sent = useRef(stored);
  /** Where the caret is to stand after a completion. */
  const place = useRef<number>(undefined);
  const list = useId();
  const problemId = useId();

  // Before the page is drawn: what is still to be sent after typing must not come after it.
  useLayoutEffect(() => {
    if (stored === sent.current) return;
    sent.current = stored;
    setText(stored);
  }, [stored]);
  const send = (next: string): void => {
    sent.current = next;
    calls.setText(next);
  };
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      // Enter was faster.
      if (text === sent.current) return;
      sent.current = text;
      calls.setText(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, calls]);

  const parsed = useMemo(() => parseFilter(text, Date.now()), [text]);
  // What is still being typed is not told off.
  const problems = parsed.problems.filter(
    ({ from, to }) => !focused || caret < from || caret > Math.max(to, tokenEnd(text, to)),
  );
  const [problem] = problems;
  const known = useKnown(calls, open);
  const offered = open && focused ? completionsAt(text, caret, known) : [];
  const chosen = Math.min(active, offered.length - 1);

  const change = (next: string, at: number): void => {
    setText(next);
    setCaret(at);
    setActive(-1);
  };
  /** Puts words in place of others as a person types them, so that the field's own undo takes them back. */
  const write = (from: number, to: number, words: string): void => {
    const input = field.current;
    if (input === null) return;
    input.focus();
    input.setSelectionRange(from, to);
    document.execCommand(words === "" ? "delete" : "insertText", false, words);
  };
  const clear = (): void => {
    write(0, text.length, "");
    change("", 0);
    setOpen(false);
    send("");
  };
  const accept = (completion: Completion): void => {
    const next = completed(text, completion);
    const kept = text.length - completion.to;
    write(completion.from, completion.to, next.text.slice(completion.from, next.text.length - kept));
    change(next.text, next.caret);
    setOpen(completion.open);
    if (!completion.open) send(next.text);
    place.current = next.caret;
  };
  // Before the next key: set any later, it would take the caret back from behind what was typed meanwhile.
  useLayoutEffect(() => {
    if (place.current === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(place.current, place.current);
    place.current = undefined;
    scrollColours();
  });
  const scrollColours = (): void => {
    if (colours.current !== null && field.current !== null)
      colours.current.scrollLeft = field.current.scrollLeft;
  };

  return (
    <div className="relative min-w-0 flex-1">
      <div
        className={cx(
          "relative rounded-md border bg-raised shadow-[0_1px_1px_rgb(0_0_0/3%)] transition-[border-color,box-shadow] duration-100",
          "focus-within:border-accent focus-within:shadow-[0_0_0_2px_var(--accent-line)]",
          problem === undefined ? "border-line-strong" : "border-bad-mark",
        )}
      >
        <Search
          aria-hidden
          size={14}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-faint"
        />
        <div
          ref={colours}
          aria-hidden
          className={cx(TEXT, "pointer-events-none absolute inset-0 overflow-hidden")}
        >
          <Coloured text={text} problems={problems} />
        </div>
        <input
          ref={field}
          role="combobox"
          aria-label="Filter calls"
          aria-expanded={offered.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-invalid={problem !== undefined}
          {...(problem === undefined ? {} : { "aria-describedby": problemId })}
          {...(chosen < 0 ? {} : { "aria-activedescendant": `${list}-${chosen}` })}
          data-filter-input=""
          autoComplete="off"
          spellCheck={false}
          placeholder='Filter: client:claude tool:write_* status:error dur:>500ms since:1h "free text"'
          value={text}
          className={cx(
            TEXT,
            "relative block w-full min-w-0 rounded-md bg-transparent text-transparent caret-fg outline-none placeholder:text-faint",
          )}
          onChange={(event) => {
            change(event.target.value, event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text/plain");
            if (!/[\r\n]/.test(pasted)) return;
            // A field of one line would join the words on both sides of a line break.
            event.preventDefault();
            document.execCommand("insertText", false, pasted.trim().replaceAll(/\s*[\r\n]+\s*/g, " "));
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onScroll={scrollColours}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            setOpen(false);
          }}
          onMouseDown={() => setOpen(true)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              setOpen(true);
              const step = event.key === "ArrowDown" ? 1 : -1;
              const { length } = offered;
              if (length > 0)
                setActive(chosen < 0 ? (step > 0 ? 0 : length - 1) : (chosen + step + length) % length);
            } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
              const completion = offered[event.key === "Tab" && text !== "" ? Math.max(0, chosen) : chosen];
              if (completion !== undefined) accept(completion);
              else if (event.key === "Tab") return;
              else {
                send(text);
                setOpen(false);
              }
            } else if (event.key === "Escape") {
              if (offered.length > 0) setOpen(false);
              else if (text === "") event.currentTarget.blur();
              else clear();
              event.stopPropagation();
            } else {
              // Who moves within the text looks at it.
              if (/^(Home|End|ArrowLeft|ArrowRight)$/.test(event.key)) setOpen(false);
              return;
            }
            event.preventDefault();
          }}
        />
        {text !== "" && (
          <button
            type="button"
            aria-label="Clear the filter"
            onClick={clear}
            className="absolute top-1/2 right-2 -translate-y-1/2 rounded-sm p-0.5 text-faint hover:bg-hover hover:text-fg"
          >
            <X size={13} />
          </button>
        )}
      </div>
      <div
        id={list}
        role="listbox"
        aria-label="What can be typed"
        hidden={offered.length === 0}
        className="anim-fade absolute top-full left-0 z-30 mt-1 max-h-96 min-w-72 max-w-full overflow-y-auto rounded-lg bg-raised p-1 shadow-pop"
      >
        {offered.map((completion, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
          <div
            key={`${completion.label}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            ref={index === chosen ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => accept(completion)}
            className={cx(
              "flex h-7 cursor-default select-none items-center gap-4 rounded-sm px-2 text-sm hover:bg-hover",
              index === chosen && "bg-press",
            )}
          >
            <span className="min-w-0 truncate font-medium">{plainVisible(completion.label, 80)}</span>
            {completion.detail !== "" && (
              <span className="ml-auto truncate text-muted text-xs">{completion.detail}</span>
            )}
          </div>
        ))}
      </div>
      <div
        id={problemId}
        role="status"
        data-testid="filter-problem"
        className={cx("truncate px-2 pt-1 text-bad text-xs", problem === undefined && "hidden")}
      >
        {problem === undefined ? "" : plainVisible(problem.message, 300)}
      </div>
    </div>
  );
}

/** The end of the word that a place is in. */
const tokenEnd = (text: string, from: number): number => {
  const rest = text.slice(from).search(/\s/);
  return rest < 0 ? text.length : from + rest;
};

/** The text again, in colours, under the field's own letters. */
function Coloured({
  text,
  problems,
}: {
  readonly text: string;
  readonly problems: readonly { readonly from: number; readonly to: number }[];
}) {
  const { tokens } = parseFilter(text, 0);
  const looks: { from: number; to: number; look: string }[] = tokens.flatMap((token) =>
    token.kind === "text"
      ? [{ from: token.from, to: token.to, look: "text-fg" }]
      : [
          { from: token.from, to: token.keyPlace.to + 1, look: "text-accent bg-accent-soft rounded-l-sm" },
          { from: token.keyPlace.to + 1, to: token.to, look: "text-fg bg-accent-soft rounded-r-sm" },
        ],
  );
  const cuts = [
    ...new Set([0, text.length, ...[...looks, ...problems].flatMap(({ from, to }) => [from, to])]),
  ].sort((a, b) => a - b);
  const pieces: ReactNode[] = [];
  cuts.slice(0, -1).forEach((from, index) => {
    const to = cuts[index + 1] ?? text.length;
    const look = looks.find((part) => part.from <= from && from < part.to)?.look ?? "text-fg";
    const isWrong = problems.some((part) => part.from <= from && from < part.to);
    pieces.push(
      <span
        key={from}
        className={cx(
          look,
          isWrong && "underline decoration-bad-mark decoration-wavy decoration-from-font underline-offset-3",
        )}
      >
        {text.slice(from, to)}
      </span>,
    );
  });
  return pieces;
}

/** The values that the hub and the newest rows know; looked up while something is offered. */
function useKnown(calls: CallsStore, open: boolean): KnownValues {
  const servers = useHub((data) => data.servers);
  const clients = useHub((data) => data.clients);
  return useMemo(() => {
    if (!open) return {};
    const found = {
      tool: new Set<string>(),
      project: new Set<string>(),
      session: new Set<string>(),
      method: new Set<string>(),
    };
    const size = Math.min(calls.store.getState().size, ROWS_SEARCHED);
    for (let index = 0; index < size; index += 1) {
      const call = calls.row(index);
      for (const key of ["tool", "project", "session", "method"] as const) {
        const value = call?.[key];
        if (value !== null && value !== undefined && value !== "") found[key].add(value);
      }
    }
    const labels = [...servers, ...clients].map((one) => one.labels);
    const some = (values: (string | undefined)[]): string[] => [
      ...new Set(values.filter((value): value is string => value !== undefined)),
    ];
    const projects = [...found.project].sort();
    return {
      server: servers.map(({ name }) => name),
      client: clients.map(({ name }) => name),
      tool: [...found.tool].sort(),
      project: some([
        ...projects.map((path) => path.split(/[/\\]/).findLast((part) => part !== "")),
        ...projects,
      ]),
      session: [...found.session].sort(),
      method: [...found.method].sort(),
      env: some(labels.map(({ environment }) => environment)),
      team: some(labels.map(({ team }) => team)),
    };
  }, [calls, open, servers, clients]);
}
