import { Badge, type Tone } from "../../ui/badge.tsx";

type Decision = "allow" | "ask" | "deny";
const LOOK: Readonly<Record<Decision, readonly [word: string, tone: Tone]>> = {
  allow: ["Allow", "ok"],
  ask: ["Ask", "warn"],
  deny: ["Deny", "bad"],
};
export const DECISIONS = (["allow", "ask", "deny"] as const).map((value) => ({
  value,
  label: LOOK[value][0],
}));

/** What happens to a call: allow, ask or deny, as word and colour. */
export const DecisionBadge = ({ decision }: { readonly decision: Decision }) => (
  <Badge tone={LOOK[decision][1]}>{LOOK[decision][0]}</Badge>
);
