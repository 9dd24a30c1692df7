import { ClipboardCheck, ClipboardCopy } from "lucide-react";
import { useId, useState } from "react";
import { toast } from "sonner";
import {
  CLIENT_KINDS,
  type ClientKind,
  clientSetup,
  TOKEN_PLACEHOLDER,
} from "../../../shared/client-setup.ts";
import { nameSchema } from "../../../shared/model/config.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";
import { Input } from "../../ui/field.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";

const SUGGESTED: Readonly<Record<ClientKind, string>> = {
  "claude-code": "claude-code",
  "claude-desktop": "claude-desktop",
  cursor: "cursor",
  vscode: "vscode",
  codex: "codex",
  gemini: "gemini-cli",
  opencode: "opencode",
};

/** The first name that is not in use: cursor, cursor-2, cursor-3. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wish : `${wish}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** How to connect each client. The token itself is never on this page: see shared/bridge.ts. */
export function ConnectGuide({ first }: { readonly first: boolean }) {
  const [kind, setKind] = useState<ClientKind>("claude-code");
  const url = useHub((data) => data.hub?.url ?? `http://127.0.0.1:${data.settings?.port ?? 4780}/mcp`);
  const home = useHub((data) => data.settings?.home ?? "");
  return (
    <section aria-labelledby="connect" className={cx("px-5", first ? "py-10" : "py-6")}>
      <div className={cx("max-w-190", first && "mx-auto")}>
        <h2
          id="connect"
          className={
            first
              ? "font-semibold text-lg tracking-[-0.012em]"
              : "font-semibold text-base tracking-[-0.008em]"
          }
        >
          {first ? "Connect your first client" : "How to connect"}
        </h2>
        <p className={cx("text-muted", first ? "mb-5 max-w-130" : "mb-3 text-sm")}>
          {first
            ? "Every client reaches all servers at one address. Each gets a token of its own, so that its calls can be told apart and its access ended at any time."
            : "Every client reaches all servers at one address, each with a token of its own."}
        </p>
        <div className="overflow-hidden rounded-lg border border-line">
          <Tabs
            label="Client"
            value={kind}
            onValue={(next) => setKind(next as ClientKind)}
            tabs={CLIENT_KINDS.map((id) => ({ id, label: clientSetup(id, { url, home }).label }))}
          >
            {CLIENT_KINDS.map((id) => (
              <TabPanel key={id} id={id} className="space-y-3 px-5 py-4">
                <Guide kind={id} url={url} home={home} />
              </TabPanel>
            ))}
          </Tabs>
        </div>
      </div>
    </section>
  );
}

function Guide({
  kind,
  url,
  home,
}: {
  readonly kind: ClientKind;
  readonly url: string;
  readonly home: string;
}) {
  const { bridge } = useServices();
  const taken = useHub((data) => data.clients);
  const [edited, setEdited] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const id = useId();
  const names = new Set(taken.map((client) => client.name));
  const name = edited ?? freeName(SUGGESTED[kind], names);
  const setup = clientSetup(kind, { url, home, client: name });
  // A client on stdio lets its bridge get the token, which asks for itself.
  const asksItself = bridge === undefined && setup.stdio === true;
  const wrong = !nameSchema.safeParse(name).success
    ? "Use letters, digits, dots and dashes."
    : names.has(name)
      ? "Another client has this name."
      : null;

  const copy = async (): Promise<void> => {
    if (bridge === undefined) return;
    setBusy(true);
    try {
      const { ok, message } = await bridge.copyClientSetup(kind, name);
      if (ok) toast.success(message);
      else toast(message);
      setCopied(ok);
      if (ok) setEdited(null);
    } catch (error) {
      toast.error(failureOf(error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      {bridge === undefined && !asksItself ? (
        <>
          <Step number={1} text="Make a token. It is printed once." />
          <CodeBlock
            label="Command that makes a token"
            actions={<CopyButton label="Copy the command" text={`gatehouse client add ${name}`} />}
          >
            gatehouse client add {name}
          </CodeBlock>
          <Step number={2} text={`${setup.place}, with the token in its place:`} />
        </>
      ) : (
        <p className="font-medium text-sm">{setup.place}:</p>
      )}
      <CodeBlock
        label={`Set-up of ${setup.label}`}
        {...(bridge === undefined
          ? {
              actions: (
                <CopyButton label={asksItself ? "Copy" : "Copy with the placeholder"} text={setup.text} />
              ),
            }
          : {})}
      >
        <Highlighted text={setup.text} />
      </CodeBlock>
      {bridge !== undefined && (
        <div className="flex items-end gap-3">
          <div className="min-w-0">
            <label htmlFor={id} className="mb-1 block text-muted text-xs">
              Name of this client
            </label>
            <Input
              id={id}
              value={name}
              onChange={(event) => setEdited(event.target.value)}
              aria-invalid={wrong !== null}
              className="w-52"
            />
          </div>
          <Button
            variant="primary"
            icon={copied ? <ClipboardCheck size={14} /> : <ClipboardCopy size={14} />}
            busy={busy}
            disabled={wrong !== null}
            onClick={() => void copy()}
          >
            {setup.stdio === true ? "Create and copy" : "Create token and copy"}
          </Button>
          <p className="min-w-0 flex-1 pb-1 text-muted text-xs" role="status">
            {wrong ??
              (setup.stdio === true
                ? "The token stays in Gatehouse's home folder; the set-up has none."
                : "The token goes to the clipboard only; it is never shown.")}
          </p>
        </div>
      )}
    </>
  );
}

const Step = ({ number, text }: { readonly number: number; readonly text: string }) => (
  <p className="flex items-center gap-2 text-sm">
    <span
      aria-hidden
      className="tabular flex size-4.5 items-center justify-center rounded-full bg-press font-medium text-2xs"
    >
      {number}
    </span>
    <span className="font-medium">{text}</span>
  </p>
);

/** The snippet with the token's placeholder marked. */
function Highlighted({ text }: { readonly text: string }) {
  const [before = "", after] = text.split(TOKEN_PLACEHOLDER);
  if (after === undefined) return text;
  return (
    <>
      {before}
      <mark className="rounded-sm bg-accent-soft px-0.5 text-accent">{TOKEN_PLACEHOLDER}</mark>
      {after}
    </>
  );
}
