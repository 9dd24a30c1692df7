import { GatehouseError } from "../../../shared/errors.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { Caller, Handlers } from "./control-endpoint.ts";

// SCAFFOLD while issues 5 and 6 are being built side by side: each method moves out of here as it becomes real, and
// this file is gone before anything lands.
const planned = (): never => {
  throw new GatehouseError("unsupported", "this is being built");
};

export const handlers = {
  "rules.list": planned,
  "rules.add": planned,
  "rules.replace": planned,
  "rules.remove": planned,
  "rules.move": planned,
  "rules.words": planned,
  "rules.test": planned,
  "rules.replay": planned,
} satisfies Partial<Handlers>;

export function carryOut(_change: Change, _caller: Caller): Promise<void> {
  return planned();
}
