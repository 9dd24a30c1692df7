import type { ServerConfig } from "../../../shared/model/config.ts";
import { programName } from "./names.ts";

const SHELLS = /^(ba|z|da|k|fi)?sh$|^(cmd|powershell|pwsh)$/;
const SCRIPT_OPTION = /^(-\w*c|\/[ck]|-command|-encodedcommand|-enc)$/i;
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^(sudo|doas|su|pkexec|runas|gsudo)$/, "runs with administrator rights"],
  [/^(rm|rmdir|del|erase|shred|unlink)$/, "deletes files"],
  [/^(dd|mkfs[\w.]*|fdisk|diskpart|format)$/, "can overwrite a whole disk"],
  [/^(chmod|chown|chgrp|icacls|takeown)$/, "changes who may read and write files"],
  [/^(curl|wget|fetch|iwr|invoke-webrequest|certutil)$/, "downloads from the internet"],
  [/^(ssh|scp|nc|ncat|netcat|socat|telnet)$/, "opens a connection to another computer"],
  [/^(shutdown|reboot|halt|poweroff|launchctl|systemctl|crontab|schtasks|reg)$/, "changes the system itself"],
  [/^(eval|exec|xargs|nohup|osascript)$/, "runs further commands that are not shown as such"],
];
/** Programs whose names mean nothing else, also where they stand as an argument; `exec` or `format` may be a subcommand. */
const PLAIN_ARGUMENT = /^(sudo|doas|pkexec|rm|shred|dd|mkfs[\w.]*|curl|wget)$/;
const INLINE_CODE: readonly (readonly [RegExp, RegExp])[] = [
  [/^(node|bun|electron)$/, /^(-e|-p|-pe|--eval|--print)(=|$)/],
  [/^(python[\d.]*|py)$/, /^-c$/],
  [/^(perl|ruby|lua)$/, /^-\w*e$/],
  [/^(deno)$/, /^eval$/],
  [/^(php)$/, /^-r$/],
];
const LOADERS =
  /^(LD_PRELOAD|LD_LIBRARY_PATH|DYLD_\w+|NODE_OPTIONS|PYTHONSTARTUP|PYTHONPATH|BASH_ENV|ENV|PERL5OPT|RUBYOPT|PATH|JAVA_TOOL_OPTIONS)$/i;
/** Characters that show nothing or turn the direction of what follows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What a person should look at before this server is allowed to run: one sentence each, in the order of the command. */
export function dangersOf(config: ServerConfig): string[] {
  const found = new Set<string>();
  if (config.type === "stdio") {
    ofWords([config.command, ...config.args], found);
    for (const name of Object.keys(config.env))
      if (LOADERS.test(name)) found.add(`sets ${name}: that can change which code is run`);
    for (const text of [config.command, ...config.args, ...Object.values(config.env), config.cwd ?? ""])
      if (INVISIBLE.test(text.replace(/[\t\n\r]/g, "")))
        found.add("holds invisible characters: what you see may not be what runs");
  } else ofUrl(config.url, found);
  return [...found];
}

/** Dangers of a text that is meant for a shell. */
export function dangersOfScript(script: string): string[] {
  const found = new Set<string>();
  inScript(script, found);
  return [...found];
}

function ofWords(words: readonly string[], found: Set<string>): void {
  const programs = words.map(programName);
  for (const [index, word] of words.entries()) {
    const program = programs[index] ?? "";
    if (index === 0 || PLAIN_ARGUMENT.test(program)) addProgram(program, found);
    if (SHELLS.test(program)) {
      const option = words.findIndex((one, at) => at > index && SCRIPT_OPTION.test(one));
      if (option >= 0) {
        found.add(`${program} ${words[option]}: runs a shell script, read all of it`);
        inScript(words.slice(option + 1).join(" "), found);
      }
    }
    for (const [interpreter, option] of INLINE_CODE)
      if (interpreter.test(program) && words.slice(index + 1).some((one) => option.test(one)))
        found.add(`${program}: runs program text from its arguments, read all of it`);
    ofArgument(word, found);
  }
  if (programs.some((program) => /^(docker|podman|nerdctl)$/.test(program))) ofContainer(words, found);
}

function ofArgument(word: string, found: Set<string>): void {
  if (isWholeDisk(word)) found.add(`${word}: opens a whole disk or home folder`);
  if (
    /(^|[/\\~])\.(ssh|gnupg|aws|kube|docker|config[/\\]gatehouse)([/\\]|$)/.test(word) ||
    /^\/(etc|root|boot|sys|proc|dev)(\/|$)/.test(word)
  )
    found.add(`${word}: a place for keys or system files`);
  if (
    /^--(dangerously|yolo|allow-all|unsafe|no-sandbox|disable-sandbox|disable-security|insecure)/i.test(word)
  )
    found.add(`${word}: switches a protection off`);
  if (/^(git\+|github:|gitlab:|https?:\/\/\S+\.(tgz|git|zip|sh|whl)$)/i.test(word))
    found.add(`${word}: runs code straight from that address`);
}

function isWholeDisk(word: string): boolean {
  const path = word.replace(/^[^=]*=(?=[/~$])/, "").replace(/:\/?[\w/]*(:\w+)?$/, (mapping) =>
    // "/:/host" is a mount of "/", "C:\" is a disk.
    /^:\/\w/.test(mapping) ? "" : mapping,
  );
  return (
    /^(\/+|~\/?|\$HOME\/?|\$\{(env:)?HOME\}\/?|%USERPROFILE%\\?|[A-Za-z]:[/\\]*)$/.test(path) ||
    /^(\/home|\/Users|\/root|\/mnt\/[a-z]|[A-Za-z]:[/\\]Users)([/\\][^/\\]*)?[/\\]?$/.test(path)
  );
}

function ofContainer(words: readonly string[], found: Set<string>): void {
  for (const [index, word] of words.entries()) {
    const option = word.startsWith("-") ? `${word} ${words[index + 1] ?? ""}` : "";
    if (/^--privileged/.test(word))
      found.add("--privileged: the container has the rights of this computer's administrator");
    if (/docker\.sock|podman\.sock|containerd\.sock/.test(word))
      found.add(`${word}: whoever holds this socket controls the computer`);
    if (/^--(net|network|pid|ipc|uts|userns)[= ]host/.test(option))
      found.add(`${option.trim()}: leaves the container's isolation`);
    if (/^--(cap-add|device|security-opt)/.test(word))
      found.add(`${option.trim()}: loosens the container's isolation`);
  }
}

function inScript(script: string, found: Set<string>): void {
  if (
    /\b(curl|wget|iwr|invoke-webrequest)\b[^|;&]*\|\s*(sudo\s+)?(\S*\/)?((ba|z|da|k)?sh|python[\d.]*|node|perl|iex)\b/i.test(
      script,
    )
  )
    found.add("downloads a script and runs it at once");
  if (/\b(iex|invoke-expression)\b|<\(\s*curl|\$\(\s*(curl|wget)/i.test(script))
    found.add("downloads a script and runs it at once");
  if (/\brm\s+(-\w*[rf]\w*\s+)+/.test(script)) found.add("rm -rf: deletes whole folders");
  ofPlainWords(script, found);
}

function ofPlainWords(script: string, found: Set<string>): void {
  for (const command of script.split(/[;|&()<>`"'\n]+/)) {
    for (const [index, word] of command.trim().split(/\s+/).entries()) {
      const program = programName(word);
      if (index === 0 || PLAIN_ARGUMENT.test(program)) addProgram(program, found);
      if (word !== "") ofArgument(word, found);
    }
  }
}

function addProgram(program: string, found: Set<string>): void {
  for (const [pattern, what] of PROGRAMS) if (pattern.test(program)) found.add(`${program}: ${what}`);
}

function ofUrl(text: string, found: Set<string>): void {
  const match = /^(https?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(text);
  const host = match?.[3]?.toLowerCase() ?? "";
  if (match?.[2] !== undefined)
    found.add("the URL holds a user name or password: use a header with ${env:NAME}");
  const isLocal =
    host === "localhost" || host.endsWith(".localhost") || /^127\./.test(host) || host === "[::1]";
  if (match?.[1]?.toLowerCase() === "http" && !isLocal)
    found.add("http without encryption: others on the way can read and change everything");
  if (/^169\.254\./.test(host) || host === "metadata.google.internal")
    found.add("an address of a cloud machine's own credentials");
}
