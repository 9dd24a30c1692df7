import { useCallback } from "react";
import { toast } from "sonner";
import { sentenceOf } from "../../../shared/errors.ts";
import { plural } from "../../lib/format.ts";
import { useServices } from "../../lib/services.tsx";
import { COPY_FORMS, type CopyForm, copyAs } from "./copy-as.ts";

const MOST_BYTES = 16 * 1024 * 1024;

/** Copies calls in a form, a call a line; says what became of it. */
export type Copy = (form: CopyForm, ids: readonly number[]) => Promise<void>;

/** Reads calls whole and puts them on the clipboard. */
export function useCopy(): Copy {
  const { connection, hub } = useServices();
  return useCallback(
    async (form, ids) => {
      try {
        const texts: string[] = [];
        for (const id of ids) {
          const call = await connection.call("calls.get", { id, maxBytes: MOST_BYTES });
          const { headers } =
            form === "curl" ? await connection.call("calls.headers", { id }) : { headers: [] };
          texts.push(copyAs(form, call, hub.store.getState().hub?.url ?? null, headers));
        }
        await navigator.clipboard.writeText(texts.join("\n"));
        toast.success(
          `Copied ${ids.length === 1 ? "the call" : plural(ids.length, "call")} as ${COPY_FORMS[form]}`,
        );
      } catch (error) {
        toast.error(sentenceOf(error));
      }
    },
    [connection, hub],
  );
}
