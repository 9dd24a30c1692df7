import { useCallback, useState } from "react";
import { toast } from "sonner";
import type { Change } from "../../shared/model/question.ts";
import { failureOf } from "./hub-store.ts";
import { useServices } from "./services.tsx";

/** Asks for a change and tells the person how it went; `busy` while it is being decided. */
export function useAsk(): {
  readonly busy: boolean;
  /** Resolves true when the change was made. */
  ask(change: Change, done: string): Promise<boolean>;
} {
  const { changes } = useServices();
  const [busy, setBusy] = useState(false);
  const ask = useCallback(
    async (change: Change, done: string): Promise<boolean> => {
      setBusy(true);
      try {
        const { outcome } = await changes.ask(change);
        if (outcome === "done") toast.success(done);
        else toast("Declined. Nothing was changed.");
        return outcome === "done";
      } catch (error) {
        const { message, advice } = failureOf(error);
        toast.error(message, advice === null ? {} : { description: advice });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [changes],
  );
  return { busy, ask };
}
