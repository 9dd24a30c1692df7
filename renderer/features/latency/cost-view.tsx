import { Coins } from "lucide-react";
import { Fragment, useCallback, useMemo, useState } from "react";
import type { Cost } from "../../../shared/model/metrics.ts";
import type { Connection } from "../../lib/connection.ts";
import { count, plural } from "../../lib/format.ts";
import { useResource } from "../../lib/resource.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Segmented } from "../../ui/field.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";

const DAY = 86_400_000;
const DAYS = [
  { value: "1", label: "1d" },
  { value: "7", label: "7d" },
  { value: "30", label: "30d" },
  { value: "90", label: "90d" },
];
/** Counting tokens is not for every call: read when opened, and when servers change. */
const CHANGED = ["serverChanged", "settingsChanged"] as const;

/** What the tools' definitions and the calls' texts take of a model's context, and what that costs. */
export function CostView() {
  const [days, setDays] = useState("30");
  const load = useCallback(
    (connection: Connection) =>
      connection.call("metrics.cost", { from: Date.now() - (Number(days) - 1) * DAY, to: Date.now() }),
    [days],
  );
  const { value: cost, failure, reload } = useResource(load, CHANGED);
  if (failure !== null && cost === null)
    return <Failure what="The tokens could not be counted." failure={failure} onRetry={reload} />;
  if (cost === null) return <SkeletonRows rows={8} label="Counting tokens" />;
  if (cost.definitions.length === 0 && cost.usage.length === 0)
    return (
      <EmptyState icon={<Coins size={22} />} title="Nothing to count yet">
        What the definitions of your servers’ tools and the results of calls take of a model’s context is
        estimated here.
      </EmptyState>
    );
  return (
    <div className="flex flex-col gap-7 p-5" data-testid="cost">
      <p className="max-w-170 text-muted text-sm">
        All numbers are estimates: they are counted by one tokenizer ({cost.encoding}), and each model has its
        own. Texts of calls are counted in samples of each tool’s latest calls; images, sound and files in
        results count as none.
      </p>
      <Definitions cost={cost} />
      <section aria-label="Calls">
        <div className="mb-2 flex max-w-200 items-center gap-4">
          <h2 className="mr-auto font-semibold text-base">Calls by day and client</h2>
          <Segmented label="Days" value={days} options={DAYS} onValue={setDays} />
        </div>
        <Usage cost={cost} />
      </section>
    </div>
  );
}

const about = (tokens: number): string =>
  tokens < 10_000
    ? `≈ ${count(tokens)}`
    : tokens < 1_000_000
      ? `≈ ${(tokens / 1_000).toFixed(tokens < 99_950 ? 1 : 0)} k`
      : `≈ ${(tokens / 1_000_000).toFixed(1)} M`;

/** Money for what a model reads, in each of the person's prices. */
function money(tokens: number, { input, currency }: Cost["prices"][number]): string {
  const amount = (tokens / 1e6) * input;
  const digits = amount !== 0 && amount < 0.1 ? 4 : 2;
  return `${amount.toFixed(digits)} ${currency}`;
}

function Definitions({ cost }: { readonly cost: Cost }) {
  const total = cost.definitions.reduce((sum, { tokens }) => sum + tokens, 0);
  const most = Math.max(1, ...cost.definitions.map(({ tokens }) => tokens));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section aria-label="Tool definitions">
      <h2 className="font-semibold text-base">Tool definitions</h2>
      <p className="mb-2 text-muted text-sm">
        Every conversation that lists all of them carries {about(total)} tokens
        {cost.prices.map((price) => (
          <Fragment key={price.model}>
            {" · "}
            <span className="tabular">
              {money(total, price)} with {price.model}
            </span>
          </Fragment>
        ))}
        . Profiles show a client fewer.
      </p>
      <ul className="max-w-200">
        {cost.definitions.map(({ server, tokens, tools }) => (
          <li key={server} className="border-line border-t">
            <button
              type="button"
              aria-expanded={open === server}
              onClick={() => setOpen(open === server ? null : server)}
              className="flex h-8 w-full items-center gap-3 rounded-sm text-left text-sm hover:bg-hover"
            >
              <span className="w-44 truncate font-medium">
                <ServerText text={server} limit={64} />
              </span>
              <span className="w-20 text-muted text-xs">{plural(tools.length, "tool")}</span>
              <span aria-hidden className="h-1.5 flex-1 rounded-full bg-press">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${(tokens / most) * 100}%` }}
                />
              </span>
              <span className="tabular w-24 text-right">{about(tokens)}</span>
            </button>
            {open === server && (
              <ul className="pb-2">
                {tools.slice(0, 100).map(({ tool, tokens: each }) => (
                  <li key={tool} className="flex h-6.5 items-center gap-3 pl-5 text-muted text-sm">
                    <span className="min-w-0 flex-1 truncate">
                      <ServerText text={tool} limit={64} />
                    </span>
                    <span className="tabular">{about(each)}</span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Usage({ cost }: { readonly cost: Cost }) {
  const days = useMemo(() => {
    const found = new Map<number, Cost["usage"]>();
    for (const row of cost.usage) found.set(row.day, [...(found.get(row.day) ?? []), row]);
    return [...found];
  }, [cost]);
  if (days.length === 0) return <p className="text-muted text-sm">No calls in these days.</p>;
  const head = "h-7 font-medium";
  const sums = cost.usage.reduce(
    (sum, row) => ({
      calls: sum.calls + row.calls,
      argumentTokens: sum.argumentTokens + row.argumentTokens,
      resultTokens: sum.resultTokens + row.resultTokens,
    }),
    { calls: 0, argumentTokens: 0, resultTokens: 0 },
  );
  const cells = (row: typeof sums) => (
    <>
      <td>{count(row.calls)}</td>
      <td>{about(row.argumentTokens)}</td>
      <td>{about(row.resultTokens)}</td>
      {cost.prices.map((price) => (
        <td key={price.model}>{money(row.resultTokens, price)}</td>
      ))}
    </>
  );
  return (
    <>
      <table className="tabular w-full max-w-200 text-sm">
        <thead>
          <tr className="text-faint text-xs">
            <th scope="col" className={`${head} text-left`}>
              Day
            </th>
            <th scope="col" className={`${head} text-left`}>
              Client
            </th>
            {["Calls", "Arguments", "Results"].map((name) => (
              <th key={name} scope="col" className={`${head} text-right`}>
                {name}
              </th>
            ))}
            {cost.prices.map(({ model }) => (
              <th key={model} scope="col" className={`${head} text-right`}>
                {model}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className="h-8 border-line border-t text-right font-medium">
            <th scope="row" colSpan={2} className="text-left font-medium">
              All
            </th>
            {cells(sums)}
          </tr>
          {days.flatMap(([day, rows]) =>
            rows.map((row, index) => (
              <tr key={`${day} ${row.client}`} className="h-7 border-line border-t text-right">
                <td className="text-left text-muted">
                  {index === 0 && new Date(day).toISOString().slice(0, 10)}
                </td>
                <td className="max-w-52 truncate text-left">
                  <ServerText text={row.client ?? "anonymous"} limit={40} />
                </td>
                {cells(row)}
              </tr>
            )),
          )}
        </tbody>
      </table>
      <p className="mt-3 max-w-200 text-muted text-xs">
        Days are in UTC. Results are what a model reads.{" "}
        {cost.prices.length === 0
          ? "For their price, name a model in “prices” of gatehouse.json, with money per million tokens."
          : "Their price is that of reading them once; a conversation sends them again with every turn, unless it caches them."}
      </p>
    </>
  );
}
