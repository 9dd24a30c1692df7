import { Play, Wrench } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { ServerDetail, Tool } from "../../../shared/model/server.ts";
import { useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/virtual-list.tsx";

const SEARCHED = 2_000;

/** A server's tools: a searchable list, and one of them in full. */
export function ToolsPanel({
  detail,
  held,
}: {
  readonly detail: ServerDetail;
  /** Its tools, by their own names, that clients do not see yet. */
  readonly held: ReadonlySet<string>;
}) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const list = useRef<VirtualListHandle>(null);
  const tools = detail.toolList;
  const shown = useMemo(() => {
    const needle = query.toLowerCase();
    return tools.filter((tool) =>
      [tool.name, tool.title ?? "", tool.description ?? ""].some((text) =>
        text.slice(0, SEARCHED).toLowerCase().includes(needle),
      ),
    );
  }, [tools, query]);
  const current = shown.find((tool) => tool.exposedName === chosen) ?? shown[0];

  if (tools.length === 0)
    return (
      <div className="flex-1">
        <EmptyState
          icon={<Wrench size={20} />}
          title={detail.tools === null ? "Tools not known yet" : "This server has no tools"}
        >
          {detail.tools === null
            ? "They are learnt when the server starts for the first time. What it writes meanwhile is in its log."
            : "It is connected and offers none."}
        </EmptyState>
      </div>
    );
  const move = (by: number): void => {
    const at = current === undefined ? -1 : shown.indexOf(current);
    const place = Math.min(shown.length - 1, Math.max(0, at + by));
    const next = shown[place];
    if (next === undefined) return;
    setChosen(next.exposedName);
    list.current?.reveal(place);
  };
  return (
    <>
      <div className="flex w-[38%] min-w-44 max-w-72 shrink-0 flex-col border-line border-r">
        <div className="p-2.5">
          <SearchInput primary label="Filter tools" value={query} onValue={setQuery} />
        </div>
        {shown.length === 0 && <p className="px-5 py-4 text-muted text-sm">No tool fits.</p>}
        <VirtualList
          handle={list}
          role="listbox"
          aria-label="Tools"
          tabIndex={0}
          data-testid="tools"
          {...(current === undefined ? {} : { "aria-activedescendant": `tool-${shown.indexOf(current)}` })}
          count={shown.length}
          rowHeight={46}
          rowKey={(index) => shown[index]?.exposedName ?? index}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "j") move(1);
            else if (event.key === "ArrowUp" || event.key === "k") move(-1);
            else return;
            event.preventDefault();
          }}
          className="px-2 pb-2 outline-offset-[-2px]"
          renderRow={(index) => {
            const tool = shown[index];
            if (tool === undefined) return null;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox handles the keys
              <div
                id={`tool-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={tool === current}
                aria-label={plainVisible(tool.name, 80)}
                onClick={() => setChosen(tool.exposedName)}
                className={cx(
                  "flex h-11 flex-col justify-center rounded-md px-2.5",
                  tool === current ? "bg-accent-soft" : "hover:bg-hover",
                )}
              >
                <span className="flex min-w-0 items-center gap-1.5">
                  <ServerText
                    text={tool.name}
                    limit={80}
                    className="min-w-0 font-medium text-sm leading-4.5"
                  />
                  {held.has(tool.name) && (
                    <span className="shrink-0 font-medium text-2xs text-warn">held back</span>
                  )}
                </span>
                <ServerText
                  text={tool.description ?? ""}
                  limit={120}
                  className="text-muted text-xs leading-4"
                />
              </div>
            );
          }}
        />
      </div>
      {current !== undefined && <ToolPane key={current.exposedName} server={detail.name} tool={current} />}
    </>
  );
}

const HINTS: Readonly<Record<string, readonly [yes: string, yesTone: Tone, no: string, noTone: Tone]>> = {
  readOnlyHint: ["only reads", "ok", "may change things", "warn"],
  destructiveHint: ["may destroy", "bad", "does not destroy", "ok"],
  idempotentHint: ["safe to repeat", "neutral", "not safe to repeat", "warn"],
  openWorldHint: ["reaches the outside world", "neutral", "stays inside", "neutral"],
};

function ToolPane({ server, tool }: { readonly server: string; readonly tool: Tool }) {
  const { router } = useServices();
  // A tool that only reads need not say that it does not destroy.
  const silent = tool.annotations?.readOnlyHint === true ? ["title", "destructiveHint"] : ["title"];
  const claims = Object.entries(tool.annotations ?? {})
    .filter(([name, value]) => !silent.includes(name) || (name === "destructiveHint" && value === true))
    .slice(0, 20);
  return (
    <section aria-label="Tool" className="flex min-w-0 flex-1 flex-col overflow-y-auto">
      <div className="space-y-3 px-5 py-4">
        <div>
          <div className="flex items-start gap-3">
            <h2 className="min-w-0 flex-1 font-semibold text-lg tracking-[-0.012em]">
              <ServerText text={tool.title ?? tool.name} multiline limit={160} />
            </h2>
            <Button
              size="sm"
              icon={<Play size={12} />}
              onClick={() => router.go({ screen: "playground", server, tool: tool.name })}
            >
              Try
            </Button>
          </div>
          <div className="flex items-center gap-1 text-muted text-sm">
            <span className="shrink-0">Clients see</span>
            <code className="min-w-0 font-mono text-fg text-xs">
              <ServerText text={tool.exposedName} limit={80} className="block" />
            </code>
            <CopyButton label="Copy the tool's name" text={tool.exposedName} />
          </div>
        </div>
        {tool.description !== null && tool.description !== "" && (
          <figure className="border-line-strong border-l-2 pl-3.5">
            <ServerText text={tool.description} multiline limit={1_200} className="block" />
            <figcaption className="mt-1 text-faint text-xs">Written by the server</figcaption>
          </figure>
        )}
        {claims.length > 0 && (
          <div className="flex flex-wrap items-center gap-1.5">
            {claims.map(([name, value]) => {
              const hint = HINTS[name];
              if (hint !== undefined && typeof value === "boolean")
                return (
                  <Badge key={name} tone={value ? hint[1] : hint[3]} title={`${name}: ${value}`}>
                    {value ? hint[0] : hint[2]}
                  </Badge>
                );
              return (
                <Badge key={name}>
                  <ServerText
                    text={`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`}
                    limit={48}
                  />
                </Badge>
              );
            })}
            <span className="text-faint text-xs">claimed by the server, not checked</span>
          </div>
        )}
      </div>
      {tool.inputSchema !== null && <Schema title="Arguments" text={tool.inputSchema} />}
      {tool.outputSchema !== null && <Schema title="Result" text={tool.outputSchema} />}
    </section>
  );
}

const Schema = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <div className="flex min-h-64 flex-1 flex-col border-line border-t">
    <h3 className="px-5 pt-2.5 font-medium text-sm">{title}</h3>
    <JsonView text={text} label={`${title} schema`} />
  </div>
);
