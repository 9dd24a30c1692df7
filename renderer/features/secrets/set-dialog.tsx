import { useId, useRef, useState } from "react";
import { nameSchema } from "../../../shared/model/config.ts";
import type { Secret } from "../../../shared/model/secret.ts";
import { useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";

/**
 * Asks for a secret's value. It is in its field alone, never in the page's state, and leaves it for the hub: the field
 * is emptied before the answer is waited for.
 */
export function SetDialog({
  secret,
  names,
  onClose,
}: {
  /** Null for one whose name is still to be given. */
  readonly secret: Secret | null;
  readonly names: readonly Secret[];
  readonly onClose: () => void;
}) {
  const { bridge } = useServices();
  const { ask } = useAsk();
  const id = useId();
  const value = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(secret?.name ?? "");
  const [hasValue, setHasValue] = useState(false);
  const name = secret?.name ?? typed.trim();
  const isKnown = names.some(
    (known) => known.name.toLowerCase() === name.toLowerCase() && known.setAt !== null,
  );
  const wrong =
    secret !== null || name === "" || nameSchema.safeParse(name).success
      ? undefined
      : "Use letters, digits, dots, dashes and underscores, at most 63.";
  const usable = name !== "" && wrong === undefined && hasValue;
  const servers = names.find((known) => known.name === name)?.servers ?? [];
  const submit = (): void => {
    const field = value.current;
    if (!usable || field === null) return;
    const change = { type: "secret.set" as const, name, value: field.value };
    field.value = "";
    onClose();
    void ask(change, `${plainVisible(name, 60)} was set.`);
  };
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={secret === null ? "Add a secret" : isKnown ? `Replace ${name}` : `Set ${name}`}
      description="Servers that run with it are started anew."
      width="w-120"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form={`${id}-form`} disabled={!usable}>
            {isKnown ? "Replace…" : "Set…"}
          </Button>
        </>
      }
    >
      <form
        id={`${id}-form`}
        data-testid="set-secret"
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {secret === null && (
          <FormRow label="Name" htmlFor={id} error={wrong} hint="As it stands in ${secret:NAME}.">
            <Input
              id={id}
              autoFocus
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              aria-invalid={wrong !== undefined}
              placeholder="github-token"
              className="w-full"
            />
          </FormRow>
        )}
        <FormRow
          label="Value"
          htmlFor={`${id}-value`}
          hint="It goes to the hub, which never shows it again, not even here."
        >
          <Input
            id={`${id}-value`}
            ref={value}
            autoFocus={secret !== null}
            type="password"
            autoComplete="new-password"
            data-1p-ignore=""
            onChange={(event) => setHasValue(event.target.value !== "")}
            className="w-full"
          />
        </FormRow>
        {secret === null && isKnown && (
          <Banner tone="warn" title="There is a secret of this name">
            Its value is replaced
            {servers.length === 0
              ? "."
              : `, for ${servers.map((server) => plainVisible(server, 40)).join(", ")}.`}
          </Banner>
        )}
        <p className="text-muted text-xs">
          {bridge === undefined
            ? "Setting it is approved from a terminal of this machine."
            : "A dialog of the system asks you once more."}
        </p>
      </form>
    </Dialog>
  );
}
