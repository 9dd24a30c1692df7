import { randomUUID } from "node:crypto";
import type { ElectronApplication } from "playwright-core";

/** Electron's modules as its main process sees them. */
type Electron = typeof Electron.CrossProcessExports;
/** What runs in the main process; it sees nothing of what stands around it here. */
export type MainTask<R, A> = (electron: Electron, given: A) => R | Promise<R>;

/** What V8 says when it has collected the promise by which its inspector waits for an answer that is there already. */
const LOST = "Resulting promise was garbage collected";

/**
 * Runs a task in Electron's main process, once, and gives what it gives. Playwright's own `evaluate` now and then loses the answer
 * (microsoft/playwright#33737): here it is kept over there, and asked for again.
 */
export async function inMain<R, A>(
  application: Pick<ElectronApplication, "evaluate">,
  run: MainTask<R, A>,
  given: A,
): Promise<R> {
  const question = { id: randomUUID(), source: String(run), given };
  for (;;) {
    try {
      return (await application.evaluate(answer, question)) as R;
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(LOST))) throw error;
    }
  }
}

/** Runs in the main process. */
function answer(
  electron: Electron,
  { id, source, given }: { readonly id: string; readonly source: string; readonly given: unknown },
): unknown {
  const main = globalThis as unknown as { answers?: Map<string, unknown> };
  main.answers ??= new Map();
  if (!main.answers.has(id)) main.answers.set(id, new Function(`return (${source})`)()(electron, given));
  return main.answers.get(id);
}
