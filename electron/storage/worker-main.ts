import { parentPort, workerData } from "node:worker_threads";
import type { WorkerStart } from "./worker/messages.ts";

const port = parentPort;
if (port === null) throw new Error("this file is a worker of the hub's storage and is not run by itself");
const start = workerData as WorkerStart;
// Each role loads its own code; what is asked meanwhile waits in the port.
if (start.role === "store") (await import("./worker/store-role.ts")).runStore(start, port);
else if (start.role === "search") (await import("./search/search-role.ts")).runSearch(start, port);
else (await import("./worker/check-role.ts")).runCheck(start, port);
