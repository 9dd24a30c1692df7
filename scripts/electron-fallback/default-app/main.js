// Stands where Electron's own default app would: loads the application whose folder is the first plain argument.
// Electron holds its `ready` event back until this module, with its top-level await, has been evaluated.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { app } from "electron";

const target = process.argv.slice(1).find((argument) => !argument.startsWith("-"));
if (target === undefined) {
  process.stderr.write("usage: electron FOLDER\n");
  process.exit(2);
}
const path = resolve(target);
let entry = path;
if (statSync(path).isDirectory()) {
  const description = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  entry = join(path, description.main ?? "index.js");
  app.setAppPath(path);
  app.setName(description.productName ?? description.name);
  if (description.version !== undefined) app.setVersion(description.version);
}
try {
  await import(pathToFileURL(entry).href);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
}
