// Stands where Electron's own default app would: `electron [-r MODULE] FOLDER` loads the application in that folder,
// after the modules asked for. Electron holds its `ready` event back until this module has been evaluated.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { app } from "electron";

const preloads = [];
let target;
for (let index = 1; index < process.argv.length && target === undefined; index += 1) {
  const argument = process.argv[index];
  if (argument === "-r" || argument === "--require") {
    index += 1;
    preloads.push(resolve(process.argv[index]));
  } else if (!argument.startsWith("-")) target = argument;
}
if (target === undefined) {
  process.stderr.write("usage: electron [-r MODULE] FOLDER\n");
  process.exit(2);
}
try {
  const path = resolve(target);
  let entry = path;
  if (statSync(path).isDirectory()) {
    const description = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    entry = join(path, description.main ?? "index.js");
    app.setAppPath(path);
    app.setName(description.productName ?? description.name);
    if (description.version !== undefined) app.setVersion(description.version);
  }
  const require = createRequire(import.meta.url);
  for (const module of preloads) require(module);
  await import(pathToFileURL(entry).href);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
}
