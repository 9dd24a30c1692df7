import { ChevronDown, RotateCw, Stethoscope } from "lucide-react";
import { useId, useState } from "react";
import type { Problem, ServerDetail } from "../../../shared/model/server.ts";
import { plural } from "../../lib/format.ts";
import { asSentence } from "../../lib/sentence.ts";
import { useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { ServerText } from "../../ui/server-text.tsx";
import { wantsSignIn } from "./sign-in-notice.tsx";

/** How many problems are told at once; a server can have any number, and its tools must stay in sight. */
const TOLD = 2;

/** What is wrong with a server, the gravest first, and what to do about it. */
export function Problems({ detail }: { readonly detail: ServerDetail }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  // The notice above offers the sign-in itself.
  const problems = detail.problems.filter(({ code }) => code !== "needs_auth" || !wantsSignIn(detail));
  // One more than is told stands in its own place as well as in a list.
  const told = problems.length <= TOLD + 1 ? problems : problems.slice(0, TOLD);
  const others = problems.slice(told.length);
  return (
    <>
      {told.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: problems of one code are told apart by their place
        <ProblemBanner key={index} problem={problem} detail={detail} first={index === 0} />
      ))}
      {others.length > 0 && (
        <div className="rounded-lg border border-line">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
            className="flex w-full items-center gap-1.5 rounded-lg px-3.5 py-1.5 text-muted text-sm hover:bg-hover hover:text-fg"
          >
            <ChevronDown
              aria-hidden
              size={14}
              className={cx("transition-transform duration-100", !open && "-rotate-90")}
            />
            {plural(others.length, "more problem")}
          </button>
          <section
            id={id}
            hidden={!open}
            aria-label="More problems"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            className="max-h-44 overflow-y-auto border-line border-t px-3.5 py-2"
          >
            <ul className="space-y-1.5 text-sm">
              {open &&
                others.slice(0, 200).map((problem, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <li key={index}>
                    <ServerText text={asSentence(problem.message)} multiline limit={400} />
                    {problem.advice !== null && (
                      <span className="text-muted">
                        {" "}
                        <ServerText text={problem.advice} multiline limit={600} />
                      </span>
                    )}
                  </li>
                ))}
            </ul>
          </section>
        </div>
      )}
    </>
  );
}

function ProblemBanner({
  problem,
  detail,
  first,
}: {
  readonly problem: Problem;
  readonly detail: ServerDetail;
  readonly first: boolean;
}) {
  const { ui } = useServices();
  const { busy, ask } = useAsk();
  // What is told of a server that runs (a tool left out, stray output) is not mended by a restart.
  const down = detail.state === "failed" || detail.state === "needs-auth" || detail.state === "degraded";
  return (
    <Banner
      tone={first && detail.state === "failed" ? "bad" : "warn"}
      title={<ServerText text={asSentence(problem.message)} multiline limit={400} />}
      actions={
        first &&
        down &&
        detail.enabled && (
          <>
            <Button
              size="sm"
              icon={<Stethoscope size={13} />}
              onClick={() => ui.setState({ diagnosing: { server: detail.name } })}
            >
              Diagnose
            </Button>
            <Button
              size="sm"
              icon={<RotateCw size={13} />}
              busy={busy}
              onClick={() =>
                void ask({ type: "server.restart", name: detail.name }, `${detail.name} was restarted.`)
              }
            >
              Restart
            </Button>
          </>
        )
      }
    >
      {problem.advice !== null && <ServerText text={problem.advice} multiline limit={600} />}
    </Banner>
  );
}
