import { parentPort, workerData } from "node:worker_threads";
import type { WorkerStart } from "./worker/messages.ts";

const port = parentPort;
const [, , role, ...files] = process.argv;
// Each role loads its own code; what is asked meanwhile waits in the port.
if (port !== null) {
  const start = workerData as WorkerStart;
  if (start.role === "store") (await import("./worker/store-role.ts")).runStore(start, port);
  else (await import("./search/search-role.ts")).runSearch(start, port);
} else if (role === "check") (await import("./worker/check-role.ts")).runCheck(files);
else throw new Error("this file is a worker of the hub's storage and is not run by itself");
