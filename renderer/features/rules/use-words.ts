import { useEffect, useState } from "react";
import type { Rule } from "../../../shared/model/rule.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useServices } from "../../lib/services.tsx";
import { hubError } from "./rule-draft.ts";

const PAUSE_MS = 150;
const NONE: ReadonlyMap<string, string> = new Map();

export interface Words {
  /** What the rule says; null while it is asked for, or when it cannot be used. */
  readonly words: string | null;
  /** Why the hub cannot use it, by member of the dialog. */
  readonly errors: ReadonlyMap<string, string>;
}

/** What the hub says of a rule that is being written. */
export function useWords(rule: Rule | null): Words {
  const { connection } = useServices();
  const [found, setFound] = useState<Words>({ words: null, errors: NONE });
  useEffect(() => {
    if (rule === null) {
      setFound({ words: null, errors: NONE });
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      connection.call("rules.words", { rule }).then(
        ({ words }) => wanted && setFound({ words, errors: NONE }),
        (error: unknown) => wanted && setFound({ words: null, errors: hubError(failureOf(error).message) }),
      );
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [connection, rule]);
  return found;
}
