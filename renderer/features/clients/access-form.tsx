import { useId, useState } from "react";
import { type ClientDetail, type Labels, labelsSchema } from "../../../shared/model/client.ts";
import { labelValues } from "../../lib/labels.ts";
import { routeHref } from "../../lib/router.ts";
import { useHub } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { seenWords } from "../../question/pair-body.tsx";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { useProfiles } from "./profiles.ts";

const KEYS = ["environment", "team"] as const;
const WORDS = { environment: "Environment", team: "Team" } as const;

/** What a client sees (its profile) and where the person counts it in (its labels), to be changed. */
export function AccessForm({ client }: { readonly client: ClientDetail }) {
  const { busy, ask } = useAsk();
  const profiles = useProfiles().value ?? [];
  const [profile, setProfile] = useState(client.profile ?? "");
  const [texts, setTexts] = useState({
    environment: client.labels.environment ?? "",
    team: client.labels.team ?? "",
  });
  const found = profiles.find(({ name }) => name === profile);
  const missing = profile !== "" && found === undefined && profiles.length > 0;
  const labels: Labels = Object.fromEntries(
    KEYS.flatMap((key) => (texts[key].trim() === "" ? [] : [[key, texts[key].trim()]])),
  );
  const checked = labelsSchema.safeParse(labels);
  const wrong = (key: (typeof KEYS)[number]): string | undefined =>
    checked.success ? undefined : checked.error.issues.find(({ path }) => path[0] === key)?.message;
  const newProfile = profile !== (client.profile ?? "");
  const newLabels = KEYS.some((key) => labels[key] !== client.labels[key]);
  const save = (): void => {
    if (!checked.success) return;
    void ask(
      {
        type: "client.update",
        name: client.name,
        ...(newProfile ? { profile: profile === "" ? null : profile } : {}),
        ...(newLabels ? { labels } : {}),
      },
      `${plainVisible(client.name, 60)} was changed.`,
    );
  };
  return (
    <section aria-labelledby="access" className="max-w-160 rounded-lg border border-line">
      <h2 id="access" className="border-line border-b bg-sunken px-4 py-2 font-medium text-sm">
        Access and labels
      </h2>
      <div className="space-y-3 px-4 py-3.5">
        <FormRow
          label="Profile"
          {...(missing
            ? {
                error:
                  "This profile is not in gatehouse.json any more: the client sees nothing until it has another.",
              }
            : {
                hint:
                  found === undefined ? "It sees every enabled server." : `It sees ${seenWords(found.seen)}.`,
              })}
        >
          <div className="flex items-center gap-3">
            <Select
              label="Profile"
              value={profile}
              options={[
                { value: "", label: "None: sees everything" },
                ...profiles.map(({ name }) => ({ value: name, label: plainVisible(name, 40) })),
                ...(missing ? [{ value: profile, label: plainVisible(profile, 40) }] : []),
              ]}
              onValue={setProfile}
              className="w-52"
            />
            <a
              href={routeHref(found === undefined ? { screen: "profiles" } : { screen: "profiles", profile })}
              className="rounded-sm text-accent text-sm hover:underline"
            >
              {found === undefined ? "Profiles" : "Look at it"}
            </a>
          </div>
        </FormRow>
        {KEYS.map((key) => (
          <Label
            key={key}
            of={key}
            value={texts[key]}
            error={wrong(key)}
            onValue={(text) => setTexts({ ...texts, [key]: text })}
          />
        ))}
        {(newProfile || newLabels || busy) && (
          <div className="flex items-center gap-2 pl-32">
            <Button variant="primary" size="sm" busy={busy} disabled={!checked.success} onClick={save}>
              Save…
            </Button>
            <Button
              variant="ghost"
              size="sm"
              disabled={busy}
              onClick={() => {
                setProfile(client.profile ?? "");
                setTexts({ environment: client.labels.environment ?? "", team: client.labels.team ?? "" });
              }}
            >
              Undo
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Label({
  of,
  value,
  error,
  onValue,
}: {
  readonly of: (typeof KEYS)[number];
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (text: string) => void;
}) {
  const id = useId();
  const clients = useHub((data) => data.clients);
  const servers = useHub((data) => data.servers);
  return (
    <FormRow label={WORDS[of]} htmlFor={id} error={error}>
      <Input
        id={id}
        list={`${id}-list`}
        value={value}
        placeholder={of === "environment" ? "none, or such as production" : "none, or such as platform"}
        aria-invalid={error !== undefined}
        onChange={(event) => onValue(event.target.value)}
        className="w-52"
      />
      <datalist id={`${id}-list`}>
        {labelValues([...clients, ...servers], of).map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
    </FormRow>
  );
}
