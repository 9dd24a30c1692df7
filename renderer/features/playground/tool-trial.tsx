// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import { Play } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { type CallDetail, hasPartsTakenOut } from "../../../shared/model/call.ts";
import type { Tool } from "../../../shared/model/server.ts";
import { useOwnCall } from "../../call/use-own-call.ts";
import { plural } from "../../lib/format.ts";
import { member, parseJson } from "../../lib/json/parse.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Input, Segmented, Textarea } from "../../ui/field.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { Split } from "../../ui/split.tsx";
import { type Draft, draftOf, EMPTY, initialDraft, problemsOf, writeDraft } from "./draft.ts";
import { ObjectFields } from "./field-input.tsx";
import { Outcome } from "./outcome.tsx";
import { OwnCallsList } from "./own-calls-list.tsx";
import { formOf } from "./schema.ts";

/** One tool to try: its arguments as a form or as JSON at the left, what became of the call at the right. */
export function ToolTrial({
  server,
  name,
  tool,
  recorded,
}: {
  readonly server: string;
  readonly name: string;
  /** Undefined where the server does not have it (any more): it can be called with JSON all the same. */
  readonly tool: Tool | undefined;
  /** A call to make again. */
  readonly recorded: CallDetail | undefined;
}) {
  const id = useId();
  const form = useMemo(() => formOf(tool?.inputSchema ?? null), [tool]);
  const given = useMemo(() => argumentsOf(recorded), [recorded]);
  const takenOut = useMemo(() => given !== undefined && hasPartsTakenOut(writeDraft(given)), [given]);
  const [draft, setDraft] = useState<Draft>(() => given ?? (form === null ? EMPTY : initialDraft(form)));
  const [json, setJson] = useState<string | null>(() => (form === null ? writeDraft(given ?? EMPTY) : null));
  const [tried, setTried] = useState(false);
  const { state, make, stop } = useOwnCall();
  const [project, setProject] = useState(recorded?.project ?? "");
  const wantsProject =
    project !== "" || (state.phase === "done" && state.made.answer?.includes('"project_unknown"') === true);
  const raw = json === null ? null : readJson(json);
  const problems = form === null ? [] : problemsOf(form, draft);
  const text = json ?? writeDraft(draft);
  const wrong = json === null ? problems.length > 0 : raw?.draft === undefined;

  const send = (): void => {
    setTried(true);
    if (wrong || state.phase === "under-way") return;
    make({ server, tool: name, arguments: text, project: project === "" ? null : project });
  };
  const onJson = (next: string): void => {
    setJson(next);
    const { draft: read } = readJson(next);
    if (read !== undefined) setDraft(read);
  };

  return (
    <Split
      narrow="below"
      first={
        <form
          aria-label="Arguments"
          className="flex min-h-0 flex-1 flex-col"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            send();
          }}
        >
          <div
            className={cx(
              "flex shrink-0 items-center gap-3 border-line border-b px-5 py-1.5",
              form === null && recorded === undefined && "hidden",
            )}
          >
            {form !== null && (
              <Segmented
                label="How to fill in the arguments"
                value={json === null ? "form" : "json"}
                onValue={(value) => setJson(value === "json" ? writeDraft(draft) : null)}
                options={[
                  { value: "form", label: "Form" },
                  { value: "json", label: "JSON" },
                ]}
              />
            )}
            <span className="min-w-0 flex-1 truncate text-muted text-xs">
              {recorded !== undefined &&
                (given === undefined ? (
                  <span className="text-warn">
                    The arguments of call #{recorded.id} were not read whole: fill them in
                  </span>
                ) : takenOut ? (
                  <span className="text-warn">
                    Call #{recorded.id} was recorded with parts taken out: put them in
                  </span>
                ) : (
                  `With the arguments of call #${recorded.id}`
                ))}
            </span>
          </div>
          <div
            className="relative min-h-0 flex-1 overflow-auto"
            role="region"
            aria-label="Fields"
            tabIndex={0}
          >
            <div className="space-y-4 px-5 py-4">
              {tool?.description != null && tool.description !== "" && (
                <figure className="border-line-strong border-l-2 pl-3.5">
                  <ServerText text={tool.description} multiline limit={600} className="block text-sm" />
                  <figcaption className="mt-1 text-faint text-xs">Written by the server</figcaption>
                </figure>
              )}
              {json !== null ? (
                <div>
                  <label htmlFor={id} className="mb-1 block font-medium text-sm">
                    Arguments
                  </label>
                  <Textarea
                    id={id}
                    data-testid="arguments"
                    value={json}
                    onChange={(event) => onJson(event.target.value)}
                    aria-invalid={raw?.problem !== undefined}
                    aria-describedby={`${id}-problem`}
                    className="h-72 w-full [overflow-wrap:anywhere]"
                  />
                  <p id={`${id}-problem`} role="status" className="mt-1 min-h-5 text-sm">
                    {raw?.problem !== undefined ? (
                      <span className="text-bad">{raw.problem}</span>
                    ) : (
                      problems[0] !== undefined && (
                        <span className="text-warn">
                          The schema wants it otherwise:{" "}
                          <ServerText text={problems[0].path.slice(1)} limit={80} />
                          {": "}
                          {problems[0].message}
                        </span>
                      )
                    )}
                  </p>
                </div>
              ) : (
                form !== null &&
                (form.members.length === 0 ? (
                  <p className="text-muted text-sm">This tool takes no arguments.</p>
                ) : (
                  <ObjectFields
                    field={form}
                    draft={draft}
                    path=""
                    problems={tried ? problems : NO_PROBLEMS}
                    onDraft={setDraft}
                  />
                ))
              )}
            </div>
            {(wantsProject || recorded?.project != null) && (
              <div className="px-5 pb-4">
                <label htmlFor={`${id}-project`} className="mb-1 block font-medium text-sm">
                  Project folder
                </label>
                <Input
                  id={`${id}-project`}
                  value={project}
                  onChange={(event) => setProject(event.target.value)}
                  className="w-full font-mono"
                />
                <p className="mt-1 text-muted text-xs">
                  Which folder the call is made for, an absolute path: this server runs once per project, or
                  rules tell projects apart.
                </p>
              </div>
            )}
            <OwnCallsList server={server} tool={name} />
          </div>
          <div className="flex shrink-0 items-center gap-3 border-line border-t bg-panel px-5 py-2.5">
            <Button
              type="submit"
              variant="primary"
              icon={<Play size={13} />}
              busy={state.phase === "under-way"}
            >
              {recorded === undefined ? "Call" : "Run again"}
            </Button>
            <Kbd keys="mod+Enter" />
            <span role="status" className="min-w-0 flex-1 truncate text-right text-bad text-xs">
              {tried &&
                wrong &&
                (json === null ? `${plural(problems.length, "field")} to mend` : "Not JSON yet")}
            </span>
          </div>
        </form>
      }
      second={<Outcome state={state} server={server} tool={name} recorded={recorded} onStop={stop} />}
    />
  );
}

const NO_PROBLEMS: ReturnType<typeof problemsOf> = [];

/** The arguments of a recorded call; undefined where none were kept, or not whole. */
function argumentsOf(call: CallDetail | undefined): Draft | undefined {
  if (call?.request == null || call.request.truncated) return undefined;
  try {
    const given = member(parseJson(call.request.text).root, "arguments");
    return given === undefined ? undefined : draftOf(given);
  } catch {
    return undefined;
  }
}

function readJson(text: string): { readonly draft?: Draft; readonly problem?: string } {
  try {
    const { root } = parseJson(text);
    return root.kind === "object"
      ? { draft: draftOf(root) }
      : { problem: "The arguments must be one JSON object." };
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
}
