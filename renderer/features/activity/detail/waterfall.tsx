// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import type { CallDetail } from "../../../../shared/model/call.ts";
import { duration } from "../../../lib/format.ts";
import { cx } from "../../../ui/cx.ts";
import { TIME_PARTS } from "../../../ui/timing-bar.tsx";
import { EventMarks } from "./event-lane.tsx";
import { exactMicros, marksOf, type Stage, share, stagesOf } from "./stages.ts";

const colourOf = new Map<Stage["key"], string>(TIME_PARTS.map(({ key, variable }) => [key, variable]));
const LANE =
  "grid grid-cols-[128px_minmax(0,1fr)_64px] items-center gap-x-3 @max-md:grid-cols-[116px_minmax(0,1fr)_56px] @max-md:gap-x-2.5";

/** A bar's fill: hatched where something was waited for, upright stripes of the server's colour where its answer streamed. */
const fill = ({ key, waiting }: Stage): string => {
  if (key === "stream")
    return "repeating-linear-gradient(90deg, var(--accent) 0 2px, color-mix(in srgb, var(--accent) 45%, transparent) 2px 5px)";
  const colour = colourOf.get(key) ?? "currentColor";
  return waiting
    ? `repeating-linear-gradient(135deg, ${colour} 0 3px, color-mix(in srgb, ${colour} 35%, transparent) 3px 6px)`
    : colour;
};

/** Where the time of a call went: a lane for each stage on one scale, and the same as a table to the microsecond. */
export function Waterfall({ call }: { readonly call: CallDetail }) {
  const total = call.durationUs;
  const stages = stagesOf(call);
  const at = (micros: number): string => `${total === 0 ? 0 : (micros / total) * 100}%`;
  return (
    <section aria-labelledby="waterfall" data-testid="waterfall" className="space-y-3">
      <h3 id="waterfall" className="font-medium text-sm">
        Where the time went
      </h3>
      <div aria-hidden className="tabular text-xs">
        <div className={cx(LANE, "h-5 text-faint")}>
          <span />
          <span className="relative h-4">
            {marksOf(total).map((mark, index) => (
              <span
                key={mark}
                className={cx(
                  "absolute top-0 whitespace-nowrap",
                  mark > 0 && "-translate-x-1/2",
                  // Where there is little room every other one is named.
                  index % 2 === 1 && "@max-md:hidden",
                )}
                style={{ left: at(mark) }}
              >
                {mark > total * 0.9 ? "" : mark === 0 ? "0" : duration(mark)}
              </span>
            ))}
          </span>
          <span />
        </div>
        {stages.map((stage) => (
          <div key={stage.key} className={cx(LANE, "h-7 border-line border-t")} data-stage={stage.key}>
            <span className={cx("truncate", stage.duration === 0 ? "text-faint" : "text-fg")}>
              {stage.label}
            </span>
            <span className="relative h-full">
              {marksOf(total).map((mark) => (
                <span
                  key={mark}
                  className="absolute inset-y-0 border-line border-l"
                  style={{ left: at(mark) }}
                />
              ))}
              {stage.duration > 0 && (
                <span
                  data-bar=""
                  className="absolute inset-y-1.5 min-w-0.5 rounded-xs"
                  style={{
                    left: `min(${at(stage.start)}, calc(100% - 2px))`,
                    width: at(stage.duration),
                    background: fill(stage),
                  }}
                />
              )}
            </span>
            <span className={cx("text-right", stage.duration === 0 ? "text-faint" : "text-fg")}>
              {stage.duration === 0 ? "–" : duration(stage.duration)}
            </span>
          </div>
        ))}
        {call.events !== undefined && (
          <div className={cx(LANE, "h-7 border-line border-t")} data-stage="events">
            <span className="truncate">Messages within</span>
            <span className="relative h-full">
              <EventMarks events={call.events} total={total} />
            </span>
            <span className="text-right">{call.events.length + (call.moreEvents ?? 0)}</span>
          </div>
        )}
      </div>
      <details className="text-sm">
        <summary className="w-fit cursor-default rounded-sm text-muted text-xs hover:text-fg">
          As a table, to the microsecond
        </summary>
        <div
          className="mt-2 overflow-x-auto rounded-lg border border-line"
          role="region"
          aria-label="Times of the call"
          tabIndex={0}
        >
          <table className="tabular w-full text-xs">
            <thead>
              <tr className="text-left text-faint">
                {["Stage", "Starts at", "Took", "Share"].map((name, index) => (
                  <th
                    key={name}
                    scope="col"
                    className={cx("px-3 py-1.5 font-medium", index > 0 && "text-right")}
                  >
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {stages.map((stage) => (
                <tr key={stage.key} className="border-line border-t">
                  <th scope="row" className="px-3 py-1.5 text-left font-normal">
                    {stage.label}
                    <span className="block text-faint">{stage.words}</span>
                  </th>
                  <td className="whitespace-nowrap px-3 text-right">
                    {stage.key === "hub" ? "throughout" : exactMicros(stage.start)}
                  </td>
                  <td className="whitespace-nowrap px-3 text-right">{exactMicros(stage.duration)}</td>
                  <td className="whitespace-nowrap px-3 text-right">{share(stage.duration, total)}</td>
                </tr>
              ))}
              <tr className="border-line border-t font-medium">
                <th scope="row" className="px-3 py-1.5 text-left">
                  Whole call
                </th>
                <td />
                <td className="whitespace-nowrap px-3 text-right">{exactMicros(total)}</td>
                <td className="whitespace-nowrap px-3 text-right">100 %</td>
              </tr>
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
