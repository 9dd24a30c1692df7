import type { Labels } from "../../shared/model/client.ts";
import { type ChosenLabels, LABEL_KEYS, labelValues } from "../lib/labels.ts";
import { plainVisible } from "../lib/visible-text.ts";
import { Badge } from "./badge.tsx";
import { Select } from "./field.tsx";
import { ServerText } from "./server-text.tsx";

const WORDS = { environment: "Environment", team: "Team" } as const;

/** The environment and team of a server or client, as small labels. */
export const LabelBadges = ({ labels }: { readonly labels: Labels }) =>
  LABEL_KEYS.map((key) => {
    const value = labels[key];
    return value === undefined ? null : (
      <Badge key={key} title={WORDS[key]}>
        <ServerText text={value} limit={40} />
      </Badge>
    );
  });

/** Choosers for the labels that somebody carries; nothing where nobody carries any. */
export const LabelFilters = ({
  all,
  chosen,
  onChosen,
  className,
}: {
  readonly all: readonly { readonly labels: Labels }[];
  readonly chosen: ChosenLabels;
  readonly onChosen: (chosen: ChosenLabels) => void;
  readonly className?: string;
}) =>
  LABEL_KEYS.map((key) => {
    const values = new Set(labelValues(all, key));
    if (chosen[key] !== "") values.add(chosen[key]);
    return values.size === 0 ? null : (
      <Select
        key={key}
        label={WORDS[key]}
        value={chosen[key]}
        options={[
          { value: "", label: `Any ${key}` },
          ...[...values].map((value) => ({ value, label: plainVisible(value, 40) })),
        ]}
        {...(className === undefined ? {} : { className })}
        onValue={(value) => onChosen({ ...chosen, [key]: value })}
      />
    );
  });
