#!/usr/bin/env node
/** The gatehouse command. `connect` runs once for each of many clients and loads nothing of the other commands. */
import { plainConnect } from "./connect/arguments.ts";

const options = plainConnect(process.argv.slice(2));
if (options === undefined) await import("./shell.ts");
else await (await import("./connect/main.ts")).connectThisProcess(options);
