import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One call of the day: the tool as the client knows it. */
export interface DayCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
}

const MODULES = [
  "parser",
  "lexer",
  "printer",
  "cache",
  "server",
  "client",
  "router",
  "store",
  "config",
  "cli",
];

/** Makes the project that the day is about: sources, tests that run, a repository. */
export function makeProject(folder: string): void {
  mkdirSync(join(folder, "src"), { recursive: true });
  for (const name of MODULES)
    writeFileSync(join(folder, "src", `${name}.js`), `export const ${name} = "version 0";\n`);
  writeFileSync(join(folder, "package.json"), '{ "name": "day", "type": "module" }\n');
  writeFileSync(join(folder, "test.js"), 'console.log("all tests pass");\n');
  writeFileSync(join(folder, "lint.js"), 'console.log("nothing to complain about");\n');
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "-q");
  git("config", "user.name", "Day");
  git("config", "user.email", "day@example.com");
  git("add", ".");
  git("commit", "-qm", "Start");
}

/**
 * What a coding agent does in a day: ten tasks of twenty calls. It looks around, reads what it will change and what is
 * beside it, looks something up, edits, tests until it passes, looks at what it did, and commits.
 */
export function callsOfTheDay(project: string, docs: string, registry: string): DayCall[] {
  const calls: DayCall[] = [];
  const call = (tool: string, args: DayCall["args"]): void => void calls.push({ tool, args });
  const file = (name: string): string => join(project, "src", `${name}.js`);
  const run = (script: string): void =>
    call("shell__run_command", { command: `cd ${project} && node ${script}.js` });
  MODULES.forEach((name, task) => {
    const beside = MODULES[(task + 1) % MODULES.length] ?? name;
    call("git__git_status", { repo_path: project });
    call("files__list_directory", { path: join(project, "src") });
    call("files__read_file", { path: join(project, "package.json") });
    call("files__search_files", { path: join(project, "src"), pattern: name.slice(0, 2) });
    call("files__read_file", { path: file(name) });
    call("files__read_file", { path: file(beside) });
    call("git__git_log", { repo_path: project });
    call("fetch__fetch", { url: `${task % 3 === 2 ? registry : docs}/${name}` });
    call("files__edit_file", { path: file(name), oldText: "version 0", newText: `version ${task + 1}` });
    run("test");
    call("files__read_file", { path: file(name) });
    call("git__git_diff", { repo_path: project });
    call("files__edit_file", { path: file(name), oldText: '";', newText: '"; // checked' });
    run("lint");
    run("test");
    call("files__write_file", {
      path: join(project, "docs", `${name}.md`),
      content: `# ${name}\n\nChanged in task ${task + 1}.\n`,
    });
    if (task === 4) call("shell__run_command", { command: `ls -l ${project} | wc -l` });
    else call("files__read_file", { path: join(project, "docs", `${name}.md`) });
    call(task % 2 === 0 ? "git__git_branch" : "git__git_show", { repo_path: project });
    run("test");
    call("git__git_commit", { repo_path: project, message: `Task ${task + 1}: ${name}` });
  });
  return calls;
}
