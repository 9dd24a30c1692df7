// biome-ignore-all lint/suspicious/noArrayIndexKey: indent guides have no identity but their level
import { ChevronDown, ChevronRight, ChevronsDownUp, ChevronsUpDown, ChevronUp } from "lucide-react";
import { type ReactNode, useDeferredValue, useId, useMemo, useRef, useState } from "react";
import { bytes, count, plural } from "../lib/format.ts";
import { isContainer, type JsonNode } from "../lib/json/parse.ts";
import {
  allPaths,
  ancestors,
  findInJson,
  initiallyOpen,
  type JsonRow,
  jsonRows,
  writeJson,
} from "../lib/json/rows.ts";
import { useJson } from "../lib/json/use-json.ts";
import { Banner } from "./banner.tsx";
import { IconButton } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { cx } from "./cx.ts";
import { SearchInput } from "./field.tsx";
import { ServerText } from "./server-text.tsx";
import { VirtualList, type VirtualListHandle } from "./virtual-list.tsx";

const ROW = 22;
const INDENT = 16;
/** A string up to this long, without line breaks, is shown whole on its line. */
const SHORT = 120;

const WORD_COLOUR: Record<string, string> = {
  string: "text-json-string",
  number: "text-json-number",
  boolean: "text-json-word",
  null: "text-json-word",
};

/** Raw JSON from somebody else, as a foldable and searchable tree; big ones cost no more than what is in view. */
export function JsonView({
  text,
  label,
  truncated = false,
  notice,
}: {
  readonly text: string;
  /** The accessible name: "Request". */
  readonly label: string;
  readonly truncated?: boolean;
  /** Shown above the tree, such as the offer to load the rest. */
  readonly notice?: ReactNode;
}) {
  const result = useJson(text, truncated);
  if (result.phase === "parsing")
    return (
      <div role="status" className="px-5 py-4 text-muted text-sm">
        <span className="tabular">
          Reading {bytes(text.length)}… {Math.round(result.progress * 100)} %
        </span>
        <div className="mt-2 h-1 overflow-hidden rounded-full bg-press">
          <div className="h-full bg-accent-fill" style={{ width: `${result.progress * 100}%` }} />
        </div>
      </div>
    );
  if (result.phase === "invalid")
    return (
      <div className="min-h-0 flex-1 space-y-3 overflow-auto p-5">
        <Banner tone="warn" title="This is not JSON, so it is shown as it is.">
          {result.message}
        </Banner>
        <ServerText text={text} multiline className="block font-mono text-xs leading-5" />
      </div>
    );
  return <Tree key={text.length} root={result.tree.root} text={text} label={label} notice={notice} />;
}

function Tree({
  root,
  text,
  label,
  notice,
}: {
  readonly root: JsonNode;
  readonly text: string;
  readonly label: string;
  readonly notice: ReactNode;
}) {
  const id = useId();
  const list = useRef<VirtualListHandle>(null);
  const [open, setOpen] = useState(() => initiallyOpen(root));
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState("");
  const [query, setQuery] = useState("");
  const [hit, setHit] = useState(0);
  const search = useDeferredValue(query);
  const rows = useMemo(() => jsonRows(root, open), [root, open]);
  const hits = useMemo(() => findInJson(root, search), [root, search]);
  const hitSet = useMemo(() => new Set(hits), [hits]);

  const toggle = (row: JsonRow): void => {
    const set = isContainer(row.node) ? open : unfolded;
    const next = new Set(set);
    if (!next.delete(row.path)) next.add(row.path);
    if (isContainer(row.node)) setOpen(next);
    else setUnfolded(next);
  };
  const go = (index: number): void => {
    const path = hits[((index % hits.length) + hits.length) % hits.length];
    if (path === undefined) return;
    setHit(((index % hits.length) + hits.length) % hits.length);
    const wider = new Set(open);
    for (const above of ancestors(path)) wider.add(above);
    setOpen(wider);
    setActive(path);
    const place = jsonRows(root, wider).findIndex((row) => row.path === path);
    requestAnimationFrame(() => list.current?.reveal(place, "center"));
  };
  const move = (index: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row === undefined) return;
    setActive(row.path);
    list.current?.reveal(rows.indexOf(row));
  };
  const at = rows.findIndex((row) => row.path === active);
  const current = rows[at];

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 items-center gap-1 border-line border-b px-3 py-1.5">
        <SearchInput
          label={`Search in the ${label.toLowerCase()}`}
          placeholder="Search"
          value={query}
          onValue={(value) => {
            setQuery(value);
            setHit(-1);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") go(hit + (event.shiftKey ? -1 : 1));
          }}
          className="min-w-0 max-w-72 flex-1"
        />
        {query !== "" && (
          <>
            <span role="status" className="tabular whitespace-nowrap px-1 text-muted text-xs">
              {hits.length === 0
                ? "No match"
                : `${hit < 0 ? "" : `${hit + 1} of `}${count(hits.length)}${hits.length >= 1_000 ? "+" : ""}`}
            </span>
            <IconButton
              size="sm"
              label="Previous match"
              disabled={hits.length === 0}
              onClick={() => go(hit - 1)}
            >
              <ChevronUp size={14} />
            </IconButton>
            <IconButton size="sm" label="Next match" disabled={hits.length === 0} onClick={() => go(hit + 1)}>
              <ChevronDown size={14} />
            </IconButton>
          </>
        )}
        <span className="flex-1" />
        <IconButton size="sm" label="Unfold everything" onClick={() => setOpen(allPaths(root))}>
          <ChevronsUpDown size={14} />
        </IconButton>
        <IconButton size="sm" label="Fold everything" onClick={() => setOpen(new Set([""]))}>
          <ChevronsDownUp size={14} />
        </IconButton>
        <CopyButton text={text} label={`Copy the ${label.toLowerCase()} as it is`} />
      </div>
      {notice}
      <VirtualList
        handle={list}
        measured
        count={rows.length}
        rowHeight={ROW}
        rowKey={(index) => rows[index]?.path ?? index}
        className="py-1.5 font-mono text-xs"
        role="tree"
        aria-label={label}
        data-testid="json-tree"
        tabIndex={0}
        aria-activedescendant={current === undefined ? undefined : `${id}${current.path}`}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          const key = event.key;
          if (key === "ArrowDown") move(at + 1);
          else if (key === "ArrowUp") move(at - 1);
          else if (key === "Home") move(0);
          else if (key === "End") move(rows.length - 1);
          else if (key === "PageDown") move(at + 20);
          else if (key === "PageUp") move(at - 20);
          else if (current === undefined) return;
          else if (key === "Enter" || key === " ") toggle(current);
          else if (key === "ArrowRight" && isContainer(current.node) && !current.open) toggle(current);
          else if (key === "ArrowRight") move(at + 1);
          else if (key === "ArrowLeft" && current.open) toggle(current);
          else if (key === "ArrowLeft") move(rows.findIndex((row) => row.path === ancestors(active).at(-1)));
          else return;
          event.preventDefault();
        }}
        renderRow={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <Row
              row={row}
              id={`${id}${row.path}`}
              active={row.path === active}
              hit={hitSet.has(row.path)}
              unfolded={unfolded.has(row.path)}
              onToggle={() => {
                setActive(row.path);
                toggle(row);
              }}
            />
          );
        }}
      />
    </div>
  );
}

function Row({
  row,
  id,
  active,
  hit,
  unfolded,
  onToggle,
}: {
  readonly row: JsonRow;
  readonly id: string;
  readonly active: boolean;
  readonly hit: boolean;
  readonly unfolded: boolean;
  readonly onToggle: () => void;
}) {
  const { node } = row;
  const long = node.kind === "string" && (node.text.length > SHORT || node.text.includes("\n"));
  const foldable = isContainer(node) ? node.children.length > 0 : long;
  const open = isContainer(node) ? row.open : unfolded;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys for its active row
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-selected={active}
      {...(foldable ? { "aria-expanded": open } : {})}
      onClick={(event) => {
        if (
          foldable &&
          getSelection()?.isCollapsed !== false &&
          !(event.target as HTMLElement).closest("[data-block]")
        )
          onToggle();
      }}
      className={cx(
        "group relative flex min-h-[22px] items-start pr-8 leading-[22px]",
        active ? "bg-accent-soft" : "hover:bg-hover",
        hit && !active && "bg-warn-soft",
      )}
    >
      <span aria-hidden className="flex shrink-0 self-stretch pl-3">
        {Array.from({ length: Math.min(row.depth, 40) }, (_, level) => (
          <span
            key={level}
            className="border-line border-l"
            style={{ width: INDENT, marginLeft: level === 0 ? 7 : 0 }}
          />
        ))}
      </span>
      <span aria-hidden className="flex h-[22px] w-4 shrink-0 items-center justify-center text-faint">
        {foldable && (open ? <ChevronDown size={12} /> : <ChevronRight size={12} />)}
      </span>
      <span className="flex min-w-0 flex-1 select-text">
        {row.key !== undefined && (
          <>
            <ServerText text={row.key} limit={120} className="max-w-[45%] shrink-0 text-json-key" />
            <span className="shrink-0 pr-1.5 text-faint">:</span>
          </>
        )}
        {row.index !== undefined && <span className="tabular shrink-0 pr-2.5 text-faint">{row.index}</span>}
        <span className="min-w-0 flex-1">
          <Value node={node} open={open} long={long} />
        </span>
      </span>
      <span className="absolute -top-px right-2 rounded-md bg-raised opacity-0 focus-within:opacity-100 group-hover:opacity-100">
        <CopyButton
          label="Copy this value"
          text={() => (node.kind === "string" ? node.text : writeJson(node))}
        />
      </span>
    </div>
  );
}

function Value({
  node,
  open,
  long,
}: {
  readonly node: JsonNode;
  readonly open: boolean;
  readonly long: boolean;
}) {
  if (isContainer(node)) {
    const [start, end] = node.kind === "array" ? "[]" : "{}";
    if (node.children.length === 0 && !node.cut)
      return (
        <span className="text-muted">
          {start}
          {end}
        </span>
      );
    const size =
      node.kind === "array" ? plural(node.children.length, "item") : plural(node.children.length, "key");
    return (
      <span className="text-muted">
        {open ? start : `${start}…${end}`}
        <span className="pl-2 font-sans text-2xs text-faint">
          {size}
          {node.cut && " · cut off here"}
        </span>
      </span>
    );
  }
  const colour = WORD_COLOUR[node.kind] ?? "";
  if (node.kind !== "string")
    return <span className={cx("[overflow-wrap:anywhere]", colour)}>{node.text}</span>;
  if (long && open)
    return (
      <span
        data-block=""
        className="my-1 block rounded-md border border-line bg-sunken px-3 py-2 leading-[19px]"
      >
        <ServerText text={node.text} multiline limit={4_000} className={colour} />
        {node.cut && <span className="font-sans text-2xs text-faint"> cut off here</span>}
      </span>
    );
  const cut = node.cut && <span className="shrink-0 pl-2 font-sans text-2xs text-faint">cut off here</span>;
  if (!long)
    return (
      <span className={colour}>
        "<ServerText text={node.text} limit={SHORT} className="inline whitespace-pre-wrap!" />"{cut}
      </span>
    );
  return (
    <span className={cx("flex min-w-0", colour)}>
      "<ServerText text={node.text} limit={SHORT * 2} className="min-w-0" />"{cut}
    </span>
  );
}
