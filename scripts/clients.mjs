// `npm run clients`: see e2e/clients/run.ts.
import { ensureBuilt } from "./lib/build.mjs";
import { onNode24 } from "./lib/node24.mjs";

await onNode24(import.meta.url, async () => {
  if (!(await ensureBuilt())) return 1;
  const { main } = await import("../e2e/clients/run.ts");
  return main();
});
