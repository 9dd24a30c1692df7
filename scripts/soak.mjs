// `npm run soak`: see bench/soak.ts.
import { ensureBuilt } from "./lib/build.mjs";
import { onNode24 } from "./lib/node24.mjs";

await onNode24(import.meta.url, async () => {
  if (!(await ensureBuilt())) return 1;
  const { main } = await import("../bench/soak.ts");
  return main(process.argv.slice(2));
});
