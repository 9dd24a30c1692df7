import type { Broadcaster } from "../control/broadcaster.ts";
import type { Storage } from "../ports/storage.ts";

/** Tells windows how far the text index has come, while one listens; returns a disposer. */
export function tellIndexing(history: Storage["history"], broadcaster: Broadcaster): () => void {
  return history.onIndexed(() => {
    if (!broadcaster.heard) return;
    void history.state().then(
      (found) => broadcaster.emit("historyChanged", found),
      () => undefined,
    );
  });
}
