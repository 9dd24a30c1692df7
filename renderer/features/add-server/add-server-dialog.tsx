import { useEffect, useId, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { Proposal } from "../../../shared/contract.ts";
import { launchOf } from "../../../shared/model/launch.ts";
import { moveSecrets } from "../../../shared/plain-secrets.ts";
import { useSecrets } from "../../lib/secrets.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CommandLine, LaunchDetails } from "../../ui/command-line.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Textarea } from "../../ui/field.tsx";
import { PendingQuestion } from "../../ui/pending-question.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { type AddStore, addition, createAddStore, nameProblem } from "./add-server-store.ts";
import { Credentials } from "./credentials.tsx";

const EXAMPLE = `{ "mcpServers": { "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/tmp"] } } }`;

/** Pasting a server and seeing exactly what it would run. The decision is made outside this page. */
export function AddServerDialog() {
  const { connection, ui } = useServices();
  const open = useStore(ui, (state) => state.adding);
  const [add, setAdd] = useState<AddStore | null>(null);
  useEffect(() => {
    if (!open) return;
    const created = createAddStore(connection);
    setAdd(created);
    return () => created.dispose();
  }, [open, connection]);
  const setOpen = (adding: boolean): void => ui.setState({ adding });
  return (
    <Dialog
      open={open}
      onOpen={setOpen}
      width="w-170"
      title="Add a server"
      description="Paste a JSON snippet of any client, a command line, or a URL."
    >
      {add !== null && <Body add={add} onDone={() => setOpen(false)} />}
    </Dialog>
  );
}

function Body({ add, onDone }: { readonly add: AddStore; readonly onDone: () => void }) {
  const { text, phase, proposals, names, problem, failure } = useStore(add.store);
  return (
    <div className="space-y-4">
      <Textarea
        autoFocus
        aria-label="Snippet, command line or URL"
        data-testid="paste"
        rows={text.includes("\n") ? Math.min(9, Math.max(4, text.split("\n").length)) : 4}
        placeholder={EXAMPLE}
        value={text}
        onChange={(event) => add.setText(event.target.value)}
        className="w-full"
      />
      {phase === "failed" && failure !== null && (
        <Banner tone="bad" title="The text could not be read.">
          {failure.message} {failure.advice}
        </Banner>
      )}
      {problem !== null && (
        <Banner tone="warn" title="Nothing to add in this text">
          <ServerText text={problem} multiline limit={600} />
        </Banner>
      )}
      {phase === "idle" && (
        <p className="text-muted text-sm">
          Nothing runs yet. You will see the whole command and confirm it{" "}
          <span className="whitespace-nowrap">before Gatehouse starts it.</span>
        </p>
      )}
      {proposals.map((proposal, index) => (
        <ProposalCard
          // biome-ignore lint/suspicious/noArrayIndexKey: a proposal is known by its place in the pasted text
          key={index}
          proposal={proposal}
          name={names[index] ?? proposal.name}
          onName={(name) => add.setName(index, name)}
          single={proposals.length === 1}
          onAdded={() => {
            if (proposals.length === 1) onDone();
          }}
        />
      ))}
    </div>
  );
}

function ProposalCard({
  proposal,
  name,
  onName,
  single,
  onAdded,
}: {
  readonly proposal: Proposal;
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly single: boolean;
  readonly onAdded: () => void;
}) {
  const { router, bridge, connection } = useServices();
  const { busy, ask } = useAsk();
  const servers = useHub((data) => data.servers);
  const desktop = useHub((data) => data.hub?.desktop === true);
  const denies = useHub((data) => data.settings !== null && data.settings.consentDefault !== "allow");
  const question = useHub((data) =>
    data.questions.find((entry) => entry.change?.type === "server.add" && entry.change.name === name),
  );
  const [added, setAdded] = useState(false);
  const [keychain, setKeychain] = useState(true);
  const known = useSecrets().value;
  const moved = useMemo(
    () => moveSecrets(name, proposal.config, known?.secrets.map((secret) => secret.name) ?? []),
    [name, proposal, known],
  );
  // What stays in plain text is shown as it is: it will stand so in the file, and in the list of processes.
  const launch = keychain && moved.secrets.length > 0 ? launchOf(moved.config) : proposal.launch;
  const id = useId();
  const wrong = added ? null : nameProblem(name, new Set(servers.map((server) => server.name)));
  const submit = async (): Promise<void> => {
    if (wrong !== null) return;
    if (await ask(addition(proposal, name, keychain && moved.secrets.length > 0), `${name} was added.`)) {
      setAdded(true);
      onAdded();
      if (single) router.go({ screen: "servers", server: name });
    }
  };
  return (
    <form
      data-testid="proposal"
      aria-label={`Proposal: ${name}`}
      className="anim-rise space-y-3 rounded-lg border border-line p-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <label htmlFor={id} className="mb-1 block font-medium text-sm">
            Name
          </label>
          <Input
            id={id}
            value={name}
            onChange={(event) => onName(event.target.value)}
            aria-invalid={wrong !== null}
            aria-describedby={`${id}-wrong`}
            className="w-full max-w-72"
            disabled={added || busy}
          />
          <p id={`${id}-wrong`} className="mt-1 text-bad text-xs">
            {wrong !== null && `Choose another: ${wrong}.`}
          </p>
        </div>
      </div>
      <div>
        <div className="mb-1 font-medium text-sm">
          {proposal.launch.command === null ? "Connects to" : "Runs exactly this"}
        </div>
        <CommandLine launch={launch} label={`What ${name} runs`} />
      </div>
      <LaunchDetails launch={launch} />
      {moved.secrets.length + moved.staying.length > 0 && (
        <Credentials
          secrets={moved.secrets}
          staying={moved.staying}
          store={known?.store ?? "keychain"}
          moving={keychain}
          onMoving={setKeychain}
          disabled={added || busy}
        />
      )}
      {proposal.warnings.length > 0 && (
        <Banner
          tone="bad"
          title={proposal.warnings.length === 1 ? "Look twice" : "Look twice, for several reasons"}
        >
          <ul>
            {proposal.warnings.map((warning) => (
              <li key={warning}>
                <ServerText text={warning} multiline />
              </li>
            ))}
          </ul>
        </Banner>
      )}
      {bridge === undefined && busy && question !== undefined && (
        <PendingQuestion
          question={question}
          desktop={desktop}
          denies={denies}
          onWithdraw={() => void connection.call("questions.answer", { id: question.id, answer: "deny" })}
        />
      )}
      <div className="flex items-center justify-end gap-3">
        <p className="min-w-0 flex-1 text-muted text-xs">
          {bridge === undefined
            ? "Adding it is approved from a terminal of this machine."
            : `${busy ? "Answer in the dialog that has opened." : "A dialog of the system asks you once more."}${
                denies ? " Check its box, or clients’ calls of the new tools are denied." : ""
              }`}
        </p>
        <Button type="submit" variant="primary" busy={busy} disabled={wrong !== null || added}>
          {added ? "Added" : "Add…"}
        </Button>
      </div>
    </form>
  );
}
