import { Check, Minus } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { RuleTest } from "../../../shared/model/consent.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { cx } from "../../ui/cx.ts";
import { Input, Select, Textarea } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { DecisionBadge } from "./decision.tsx";

const PAUSE_MS = 200;
const HEADLINES = {
  allow: "The call is allowed.",
  ask: "You are asked.",
  deny: "The call is denied.",
} as const;

type Tested =
  | { readonly result: RuleTest; readonly failure: null }
  | { readonly result: null; readonly failure: Failure | null };

/** "What would happen to this call?": the decision, and why, rule by rule. Nothing is called. */
export function Tester() {
  const { connection } = useServices();
  const everyClient = useHub((data) => data.clients);
  const clients = everyClient.filter(({ revokedAt }) => revokedAt === null);
  const servers = useHub((data) => data.servers);
  const [client, setClient] = useState("");
  const [server, setServer] = useState("");
  const [tool, setTool] = useState("");
  const [project, setProject] = useState("");
  const [text, setText] = useState("{}");
  const [tested, setTested] = useState<Tested>({ result: null, failure: null });
  const asClient = client === "" ? (clients[0]?.name ?? "") : client;
  const asServer = server === "" ? (servers[0]?.name ?? "") : server;

  useEffect(() => {
    if (asServer === "" || tool === "") {
      setTested({ result: null, failure: null });
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      connection
        .call("rules.test", {
          client: asClient,
          server: asServer,
          tool,
          arguments: text.trim() === "" ? "{}" : text,
          project: project === "" ? null : project,
        })
        .then(
          (result) => wanted && setTested({ result, failure: null }),
          (error: unknown) => wanted && setTested({ result: null, failure: failureOf(error) }),
        );
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [connection, asClient, asServer, tool, project, text]);

  const ids = { tool: useId(), project: useId(), text: useId() };
  const named = (list: readonly { name: string }[]) =>
    list.map(({ name }) => ({ value: name, label: plainVisible(name, 40) }));
  return (
    <div className="flex min-h-0 flex-1" data-testid="tester">
      <div className="w-[44%] min-w-80 max-w-130 shrink-0 space-y-3 overflow-auto border-line border-r px-5 py-4">
        <h2 className="font-medium text-sm">What would happen to this call?</h2>
        <FormRow label="Client">
          <Select
            label="Client"
            value={asClient}
            options={
              clients.length === 0 ? [{ value: "", label: "a client without a name" }] : named(clients)
            }
            onValue={setClient}
            className="w-full max-w-none"
          />
        </FormRow>
        <FormRow label="Server">
          <Select
            label="Server"
            value={asServer}
            options={servers.length === 0 ? [{ value: "", label: "no server yet" }] : named(servers)}
            onValue={(next) => {
              setServer(next);
              setTool("");
            }}
            className="w-full max-w-none"
          />
        </FormRow>
        <FormRow label="Tool" htmlFor={ids.tool} hint="By the server's own name.">
          <Input
            id={ids.tool}
            list={`${ids.tool}-known`}
            value={tool}
            placeholder="read_file"
            onChange={(event) => setTool(event.target.value)}
            className="w-full"
          />
          <KnownTools id={`${ids.tool}-known`} server={asServer} />
        </FormRow>
        <FormRow label="Project" htmlFor={ids.project}>
          <Input
            id={ids.project}
            value={project}
            placeholder="none, or a folder"
            onChange={(event) => setProject(event.target.value)}
            className="w-full"
          />
        </FormRow>
        <FormRow label="Arguments" htmlFor={ids.text} hint="As JSON.">
          <Textarea
            id={ids.text}
            value={text}
            rows={8}
            onChange={(event) => setText(event.target.value)}
            className="block w-full"
          />
        </FormRow>
      </div>
      <div className="min-w-0 flex-1 overflow-auto px-5 py-4">
        {tested.failure !== null ? (
          <Banner tone="bad" title="This call cannot be tried.">
            <ServerText text={tested.failure.message} multiline />
          </Banner>
        ) : tested.result === null ? (
          <p className="text-muted text-sm">
            {servers.length === 0
              ? "Add a server first: then its calls can be tried here."
              : "Name a tool to see what would happen, and why. Nothing is called."}
          </p>
        ) : (
          <Outcome result={tested.result} />
        )}
      </div>
    </div>
  );
}

function Outcome({ result }: { readonly result: RuleTest }) {
  return (
    <div className="space-y-4">
      <div role="status" data-testid="verdict" data-decision={result.decision} className="space-y-1">
        <div className="flex items-center gap-2.5">
          <DecisionBadge decision={result.decision} />
          <p className="font-semibold text-base tracking-[-0.008em]">{HEADLINES[result.decision]}</p>
        </div>
        <p className="text-muted text-sm">
          <ServerText text={result.why} multiline />
        </p>
      </div>
      {result.steps.length > 0 && (
        <ol
          aria-label="Step by step"
          data-testid="steps"
          className="overflow-hidden rounded-lg border border-line"
        >
          {result.steps.map((step, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps have no identity but their place
              key={index}
              data-matched={step.matched}
              className={cx(
                "grid grid-cols-[18px_minmax(0,1fr)] gap-x-2.5 border-line/60 border-b px-3.5 py-2 text-sm last:border-b-0",
                step.matched && "bg-accent-soft",
              )}
            >
              {step.matched ? (
                <Check aria-label="Matches" size={14} className="mt-0.5 text-accent" />
              ) : (
                <Minus aria-label="Does not match" size={14} className="mt-0.5 text-faint" />
              )}
              <span className="min-w-0">
                <ServerText
                  text={step.words}
                  multiline
                  limit={500}
                  className={cx("block", step.matched ? "font-medium" : "text-muted")}
                />
                <span className="block text-muted text-xs">
                  <ServerText text={step.why} multiline limit={400} />
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** The tools of a server, offered while one is typed. */
function KnownTools({ id, server }: { readonly id: string; readonly server: string }) {
  const { connection } = useServices();
  const [tools, setTools] = useState<ServerDetail["toolList"]>([]);
  useEffect(() => {
    let wanted = true;
    setTools([]);
    if (server !== "")
      connection.call("servers.get", { name: server }).then(
        ({ toolList }) => wanted && setTools(toolList),
        // Without them the name is typed by hand.
        () => undefined,
      );
    return () => {
      wanted = false;
    };
  }, [connection, server]);
  return (
    <datalist id={id}>
      {tools.slice(0, 500).map(({ name, exposedName }) => (
        <option key={exposedName} value={name} />
      ))}
    </datalist>
  );
}
