import { useId, useState } from "react";
import { plainVisible } from "../lib/visible-text.ts";
import { PairBody, seenWords } from "../question/pair-body.tsx";
import { Input } from "../ui/field.tsx";
import { AnswerButton } from "./answer-button.tsx";
import { Frame } from "./frame.tsx";
import { Choices, Hints, Refused } from "./parts.tsx";
import type { QuestionProps } from "./popup-app.tsx";
import { useKeys } from "./use-keys.ts";

/** A program that asks to connect: what it is, what it will see, and under which name. */
export function PairQuestion({ view, armed, choose, failure, onFit }: QuestionProps) {
  const { question } = view;
  const pairing = question?.pairing ?? null;
  const id = useId();
  const [name, setName] = useState(pairing?.suggestedName ?? "");
  const [place, setPlace] = useState("0");
  const chosen = pairing?.choices[Number(place)];
  const named = name.trim() !== "";
  const deny = (): void => void choose({ answer: "deny" });
  const connect = (): void => {
    if (named && chosen !== undefined)
      void choose({ answer: "approve", profile: chosen.profile, name: name.trim() });
  };
  useKeys("pair", "decide", armed, {
    approve: connect,
    deny,
    back: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  });
  if (pairing === null) return null;
  const { process } = pairing;
  const program = process?.executable?.split(/[\\/]/).at(-1) ?? process?.name ?? null;
  return (
    <Frame
      view={view}
      armed={armed}
      onFit={onFit}
      onClose={deny}
      title={
        program === null ? (
          "Allow a program to connect?"
        ) : (
          <>
            Allow <b className="font-semibold">{plainVisible(program, 60)}</b> to connect?
          </>
        )
      }
      footer={
        <>
          <Refused message={failure} />
          <div className="grid grid-cols-2 gap-1.5">
            <AnswerButton look="deny" keys="d" onAnswer={deny}>
              Deny
            </AnswerButton>
            <AnswerButton look="allow" keys="c" disabled={!named || chosen === undefined} onAnswer={connect}>
              Connect
            </AnswerButton>
          </div>
          <Hints armed={armed} hints={[["Escape", "closes, which denies"]]} />
        </>
      }
    >
      <div className="space-y-3">
        <PairBody pairing={pairing} warnings={question?.warnings ?? []} />
        <section aria-label="What it will see">
          <h2 className="mb-1 font-medium text-muted text-xs">It will see</h2>
          <Choices
            label="Profile"
            name="profile"
            value={place}
            options={pairing.choices.map(({ profile, seen }, index) => ({
              value: String(index),
              label: profile === null ? "Everything" : `Profile ${profile}`,
              note: seenWords(seen),
            }))}
            onValue={setPlace}
          />
          {chosen !== undefined && chosen.seen.servers.length > 0 && (
            <p className="mt-1 px-2 text-muted text-xs">
              {plainVisible(chosen.seen.servers.join(", "), 300)}
            </p>
          )}
        </section>
        <div className="flex items-center gap-3">
          <label htmlFor={id} className="shrink-0 font-medium text-muted text-xs">
            You call it
          </label>
          <Input
            id={id}
            value={name}
            maxLength={63}
            aria-invalid={!named}
            onChange={(event) => setName(event.target.value)}
            className="min-w-0 flex-1"
          />
        </div>
      </div>
    </Frame>
  );
}
