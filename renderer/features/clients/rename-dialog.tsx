import { useId, useState } from "react";
import { nameSchema } from "../../../shared/model/config.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";

/** Asks for another name of a client. */
export function RenameDialog({
  name,
  open,
  onOpen,
}: {
  readonly name: string;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}) {
  const { router } = useServices();
  const { ask } = useAsk();
  const clients = useHub((data) => data.clients);
  const [text, setText] = useState(name);
  const id = useId();
  const wish = text.trim();
  const others = clients.filter((client) => client.revokedAt === null && client.name !== name);
  const wrong = !nameSchema.safeParse(wish).success
    ? "Use letters, digits, dots, dashes and underscores, at most 63."
    : others.some((client) => client.name.toLowerCase() === wish.toLowerCase())
      ? "Another client has this name."
      : undefined;
  const usable = wrong === undefined && wish !== name;
  const rename = (): void => {
    if (!usable) return;
    onOpen(false);
    void ask(
      { type: "client.update", name, newName: wish },
      `${plainVisible(name, 60)} is called ${wish} now.`,
    ).then((renamed) => renamed && router.go({ screen: "clients", client: wish }));
  };
  return (
    <Dialog
      open={open}
      onOpen={(shown) => {
        setText(name);
        onOpen(shown);
      }}
      title="Rename the client"
      description="Rules that name it are changed with it. Its token stays valid."
      width="w-110"
      footer={
        <>
          <Button variant="ghost" onClick={() => onOpen(false)}>
            Cancel
          </Button>
          <Button variant="primary" disabled={!usable} onClick={rename}>
            Rename…
          </Button>
        </>
      }
    >
      <FormRow label="New name" htmlFor={id} error={wish === "" ? undefined : wrong}>
        <Input
          id={id}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && rename()}
          aria-invalid={wrong !== undefined && wish !== ""}
          className="w-full"
        />
      </FormRow>
    </Dialog>
  );
}
