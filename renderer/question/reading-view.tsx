// biome-ignore-all lint/suspicious/noArrayIndexKey: tokens and items never move, they follow from the text
import { type ReactNode, useMemo } from "react";
import { isContainer, type JsonNode } from "../lib/json/parse.ts";
import { allPaths, type JsonRow, jsonRows, writeJson } from "../lib/json/rows.ts";
import { cx } from "../ui/cx.ts";
import { ServerText } from "../ui/server-text.tsx";
import { addressParts } from "./address.ts";
import { DiffLines, DiffView } from "./diff-view.tsx";
import { patchLines } from "./differences.ts";
import { Fold } from "./fold.tsx";
import { Beware } from "./foreign.tsx";
import type { Reading } from "./readers.ts";
import { shellTokens, shellWarnings } from "./shell.ts";
import { sqlTokens, sqlWarnings } from "./sql.ts";

/** Longer texts stand folded at first: lines, and UTF-16 units. */
const LINES = 12;
const UNITS = 900;
/** A text with more than this is not taken into tokens, for each is an element of the page. */
const MOST_TOKENS_OF = 20_000;
const JSON_ROWS = 16;
const JSON_MOST = 3_000;

/** One argument's value, shown as what it is. */
export function ReadingView({ reading }: { readonly reading: Reading }): ReactNode {
  switch (reading.kind) {
    case "path":
      return <PathText text={reading.text} />;
    case "url":
      return <AddressText text={reading.text} />;
    case "sql":
      return (
        <>
          <Tokens text={reading.text} tokens={sqlTokens} />
          <Warnings list={sqlWarnings(reading.text)} />
        </>
      );
    case "shell":
      return (
        <>
          <Tokens text={reading.text} tokens={shellTokens} />
          <Warnings list={shellWarnings(reading.text)} />
        </>
      );
    case "edits":
      return reading.edits.map(({ before, after }, index) => (
        <DiffView key={index} before={before} after={after} />
      ));
    case "patch":
      return <Patch text={reading.text} />;
    case "text":
      return <LongText text={reading.text} />;
    case "word":
      return (
        <span className={cx("[overflow-wrap:anywhere]", WORD[reading.type])}>
          {reading.text === "" ? (
            <span className="font-sans text-faint">empty text</span>
          ) : (
            <ServerText text={reading.text} whole />
          )}
        </span>
      );
    case "list":
      return (
        <ul className="space-y-0.5">
          {reading.items.map((item, index) => (
            <li key={index} className="flex min-w-0 gap-2">
              <span aria-hidden className="select-none text-faint">
                ·
              </span>
              <div className="min-w-0 flex-1">
                <ReadingView reading={item} />
              </div>
            </li>
          ))}
        </ul>
      );
    case "json":
      return <JsonText node={reading.node} />;
  }
}

const WORD: Record<string, string> = {
  string: "",
  number: "text-json-number",
  boolean: "text-json-word",
  null: "text-json-word",
};

const Warnings = ({ list }: { readonly list: readonly string[] }) =>
  list.map((warning) => <Beware key={warning}>{warning}</Beware>);

/** A path with its last name told from its folders, and with the steps upwards marked. */
function PathText({ text }: { readonly text: string }) {
  const cut = Math.max(
    text.replace(/[\\/]+$/, "").lastIndexOf("/"),
    text.replace(/[\\/]+$/, "").lastIndexOf("\\"),
  );
  return (
    <>
      <span className="text-muted">
        <ServerText text={text.slice(0, cut + 1)} whole />
      </span>
      <span className="font-medium">
        <ServerText text={text.slice(cut + 1)} whole />
      </span>
      {/(?:^|[\\/])\.\.(?:[\\/]|$)/.test(text) && (
        <Beware>It goes up to other folders with “..”; rules look at where it leads.</Beware>
      )}
    </>
  );
}

function AddressText({ text }: { readonly text: string }) {
  const parts = addressParts(text);
  if (parts === undefined) return <ServerText text={text} whole />;
  return (
    <>
      <span className="text-muted">
        <ServerText text={parts.before} whole />
      </span>
      <strong className="rounded-[3px] bg-accent-soft px-0.5 font-semibold text-accent">
        <ServerText text={parts.host} whole />
      </strong>
      <span className="text-muted">
        <ServerText text={parts.after} whole />
      </span>
      <Warnings list={parts.warnings} />
    </>
  );
}

const TOKEN: Record<string, string> = {
  keyword: "text-json-key",
  program: "font-semibold text-fg",
  danger: "font-semibold text-bad",
  operator: "text-accent",
  string: "text-json-string",
  number: "text-json-number",
  comment: "text-faint italic",
  plain: "",
};

function Tokens({
  text,
  tokens,
}: {
  readonly text: string;
  readonly tokens: (text: string) => readonly { readonly kind: string; readonly text: string }[];
}) {
  if (text.length > MOST_TOKENS_OF || isLong(text)) return <LongText text={text} render={tokens} />;
  return <TokenText text={text} tokens={tokens} />;
}

function TokenText({ text, tokens }: Parameters<typeof Tokens>[0]) {
  const pieces = useMemo(() => tokens(text), [tokens, text]);
  return (
    <span className="block">
      {pieces.map((piece, index) => (
        <span key={index} className={TOKEN[piece.kind]}>
          <ServerText text={piece.text} whole multiline />
        </span>
      ))}
    </span>
  );
}

interface Most {
  readonly lines: number;
  readonly units: number;
}
const MOST: Most = { lines: LINES, units: UNITS };

const isLong = (text: string, { lines, units }: Most = MOST): boolean =>
  text.length > units || text.split("\n", lines + 2).length > lines;

/** Text of any length: its beginning at first, all of it once opened. */
export function LongText({
  text,
  render,
  most = MOST,
}: {
  readonly text: string;
  readonly render?: Parameters<typeof Tokens>[0]["tokens"];
  /** What stands unfolded. */
  readonly most?: Most;
}) {
  const whole = (part: string): ReactNode =>
    render !== undefined && part.length <= MOST_TOKENS_OF ? (
      <TokenText text={part} tokens={render} />
    ) : (
      <ServerText text={part} whole multiline className="block" />
    );
  if (!isLong(text, most)) return whole(text);
  const lines = text.split("\n");
  const start = lines
    .slice(0, Math.max(2, most.lines - 4))
    .join("\n")
    .slice(0, most.units);
  const label =
    lines.length > most.lines ? `Show all ${lines.length} lines` : `Show all ${text.length} characters`;
  return (
    <Fold label={label} preview={whole(`${start}…`)}>
      {whole(text)}
    </Fold>
  );
}

function Patch({ text }: { readonly text: string }) {
  const lines = useMemo(() => patchLines(text), [text]);
  return <DiffLines lines={lines} />;
}

/** A JSON value as an indented tree, folded when it is long. */
function JsonText({ node }: { readonly node: JsonNode }) {
  const rows = useMemo(() => jsonRows(node, allPaths(node)), [node]);
  if (isContainer(node) && node.children.length === 0)
    return <span className="text-muted">{node.kind === "array" ? "[ ]" : "{ }"}</span>;
  const some = <Rows rows={rows.slice(0, JSON_ROWS)} />;
  if (rows.length <= JSON_ROWS && rows.every(({ node: one }) => isContainer(one) || one.text.length <= UNITS))
    return <Rows rows={rows} whole />;
  return (
    <Fold label={`Show all ${rows.length} lines`} preview={some}>
      {rows.length <= JSON_MOST ? (
        <Rows rows={rows} whole />
      ) : (
        <ServerText text={writeJson(node)} whole multiline className="block" />
      )}
    </Fold>
  );
}

function Rows({ rows, whole = false }: { readonly rows: readonly JsonRow[]; readonly whole?: boolean }) {
  return (
    <div>
      {rows.map(({ path, depth, key, index, node }) =>
        path === "" ? null : (
          <div
            key={path}
            className="flex min-w-0 gap-1.5"
            style={{ paddingLeft: Math.min(depth - 1, 12) * 14 }}
          >
            <span className="max-w-1/2 shrink-0 text-json-key [overflow-wrap:anywhere]">
              {key === undefined ? (
                <span className="text-faint">{index}</span>
              ) : (
                <ServerText text={key} limit={60} />
              )}
              <span className="text-faint">:</span>
            </span>
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {isContainer(node) ? (
                <span className="text-faint">
                  {node.kind === "array" ? `[${node.children.length}]` : `{${node.children.length}}`}
                </span>
              ) : (
                <span className={WORD_COLOUR[node.kind]}>
                  <ServerText
                    text={node.text}
                    multiline={node.kind === "string"}
                    {...(whole ? { whole: true } : { limit: 200 })}
                  />
                </span>
              )}
            </span>
          </div>
        ),
      )}
    </div>
  );
}

const WORD_COLOUR: Record<string, string> = { ...WORD, string: "text-json-string" };
