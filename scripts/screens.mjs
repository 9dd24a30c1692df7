// `npm run screens [-- NAME…]`: see e2e/ui/screens.ts.
import { ensureBuilt } from "./lib/build.mjs";
import { onNode24 } from "./lib/node24.mjs";
import { ensurePackages, missingPackages } from "./lib/system-packages.mjs";

await onNode24(import.meta.url, async () => {
  const lacking = await ensurePackages(missingPackages(["browser"]), { progress: console.error });
  if (lacking !== undefined) {
    console.error(`error: ${lacking.problem}\nRun: ${lacking.line}`);
    return 1;
  }
  if (!(await ensureBuilt())) return 1;
  const { main } = await import("../e2e/ui/screens.ts");
  return main(process.argv.slice(2));
});
