import { useId } from "react";
import { Input } from "../ui/field.tsx";
import { AnswerButton } from "./answer-button.tsx";

/** The field for the reason of a denial, which the model is told. */
export function ReasonField({
  value,
  onValue,
  onSend,
  onBack,
}: {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly onSend: () => void;
  readonly onBack: () => void;
}) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="block text-muted text-xs">
        The model is told this reason
      </label>
      <Input
        id={id}
        data-testid="reason"
        autoFocus
        maxLength={1_000}
        placeholder="Use the staging database instead"
        value={value}
        onChange={(event) => onValue(event.target.value)}
        className="mt-1 w-full"
      />
      <div className="mt-2 flex gap-2">
        <AnswerButton onAnswer={onBack} keys="Escape" className="flex-1">
          Back
        </AnswerButton>
        <AnswerButton look="deny" onAnswer={onSend} keys="Enter" className="flex-2">
          Deny with this reason
        </AnswerButton>
      </div>
    </>
  );
}
