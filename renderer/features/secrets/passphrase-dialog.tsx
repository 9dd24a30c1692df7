import { useId, useRef, useState } from "react";
import { failureOf } from "../../lib/hub-store.ts";
import { useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";

/** Asks for the file store's passphrase, twice where it is chosen. Its fields are emptied as soon as they are read. */
export function PassphraseDialog({
  isNew,
  onClose,
}: {
  readonly isNew: boolean;
  readonly onClose: () => void;
}) {
  const { changes, bridge } = useServices();
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const submit = async (): Promise<void> => {
    const passphrase = first.current?.value ?? "";
    if (passphrase === "") return;
    const isSame = !isNew || second.current?.value === passphrase;
    if (first.current !== null) first.current.value = "";
    if (second.current !== null) second.current.value = "";
    first.current?.focus();
    if (!isSame) return setWrong("The two were not the same. Type them again.");
    setBusy(true);
    setWrong(undefined);
    try {
      const { outcome } = await changes.ask({ type: "secret.unlock", passphrase });
      if (outcome === "done") onClose();
    } catch (error) {
      const { message, advice } = failureOf(error);
      setWrong([message, advice].filter((part) => part !== null).join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={isNew ? "Choose a passphrase" : "Unlock the file of secrets"}
      description={
        isNew
          ? "Nobody can recover it: without it the secrets are lost."
          : "It stays open until the hub ends."
      }
      width="w-110"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form={`${id}-form`} busy={busy}>
            {isNew ? "Choose…" : "Unlock"}
          </Button>
        </>
      }
    >
      <form
        id={`${id}-form`}
        data-testid="passphrase"
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <FormRow label="Passphrase" htmlFor={id} error={wrong}>
          <Input
            id={id}
            ref={first}
            autoFocus
            type="password"
            autoComplete="off"
            aria-invalid={wrong !== undefined}
            className="w-full"
          />
        </FormRow>
        {isNew && (
          <FormRow label="Once more" htmlFor={`${id}-again`}>
            <Input id={`${id}-again`} ref={second} type="password" autoComplete="off" className="w-full" />
          </FormRow>
        )}
        {bridge === undefined && (
          <p className="text-muted text-xs">
            Approve it from a terminal of this machine, or run <code>gatehouse secret unlock</code> there.
          </p>
        )}
      </form>
    </Dialog>
  );
}
