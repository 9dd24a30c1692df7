/** Credentials that stand in a server's configuration in plain text, and the same configuration without them. */
import { nameSchema, type ServerConfig } from "./model/config.ts";
import { secretSpan, wordsOf } from "./secret-look.ts";

/** A credential and the place where it stands. */
export interface PlainSecret {
  /** For the person: "env GITHUB_TOKEN", "header Authorization", "argument 3", "the URL". */
  readonly place: string;
  /** The name that the secret gets. */
  readonly name: string;
  readonly value: string;
}

export interface Moved {
  /** With `${secret:NAME}` in the places of the credentials. */
  readonly config: ServerConfig;
  readonly secrets: readonly PlainSecret[];
  /** Places that cannot refer to a secret, and hold what looks like one: arguments, which every process can read. */
  readonly staying: readonly string[];
}

/**
 * Takes what looks like a credential out of a server's configuration. Secrets are called after the server and the place;
 * a name in `taken` (case ignored) is left to whom it belongs. The same config where nothing looks like one.
 */
export function moveSecrets(server: string, config: ServerConfig, taken: Iterable<string> = []): Moved {
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  const secrets: PlainSecret[] = [];
  const given = new Map<string, string>();
  const take = (place: string, hint: string, name: string | undefined, text: string): string => {
    const span = secretSpan(name, text);
    return span === undefined ? text : replace(place, hint, text, span);
  };
  const replace = (
    place: string,
    hint: string,
    text: string,
    span: { start: number; end: number },
  ): string => {
    const value = text.slice(span.start, span.end);
    const secret = given.get(value) ?? freeName(server, hint, used);
    if (!given.has(value)) secrets.push({ place, name: secret, value });
    given.set(value, secret);
    return `${text.slice(0, span.start)}\${secret:${secret}}${text.slice(span.end)}`;
  };
  const named = (what: string, values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, text]) => [name, take(`${what} ${name}`, name, name, text)]),
    );
  if (config.type === "stdio") {
    const { args, environment, staying } = argumentsWithout(config, take);
    const moved = { ...config, args, env: { ...named("env", config.env), ...environment } };
    return secrets.length === 0 ? { config, secrets, staying } : { config: moved, secrets, staying };
  }
  const { auth } = config;
  const credential = (key: "clientSecret" | "privateKey"): Record<string, string> => {
    const text = auth?.[key];
    if (text === undefined) return {};
    if (text.includes("${") || text === "") return { [key]: text };
    return { [key]: replace(`auth.${key}`, key, text, { start: 0, end: text.length }) };
  };
  const moved: ServerConfig = {
    ...config,
    url: urlWithout(config.url, (hint, name, text) => take("the URL", hint, name, text)),
    headers: named("header", config.headers),
    ...(auth === undefined
      ? {}
      : { auth: { ...auth, ...credential("clientSecret"), ...credential("privateKey") } }),
  };
  return { config: secrets.length === 0 ? config : moved, secrets, staying: [] };
}

type StdioConfig = Extract<ServerConfig, { type: "stdio" }>;

/**
 * The arguments looked at each. A variable that docker is given as NAME=VALUE goes into the environment, from which
 * docker takes it by its name alone; any other credential stays where it is.
 */
function argumentsWithout(
  { command, args, env }: StdioConfig,
  take: (place: string, hint: string, name: string | undefined, text: string) => string,
): { args: string[]; environment: Record<string, string>; staying: string[] } {
  const environment: Record<string, string> = {};
  const staying: string[] = [];
  const isContainer = /(?:^|[/\\])(?:docker|podman)(?:\.exe)?$/i.test(command);
  const left = args.map((argument, index) => {
    const place = `argument ${index + 1}`;
    const before = args[index - 1] ?? "";
    const [, name, separator = ""] = /^(?:-{1,2})?([A-Za-z][\w.-]*)(=|:\s*)(?=\S)/.exec(argument) ?? [];
    const option = name ?? /^--?([A-Za-z][\w-]*)$/.exec(before)?.[1];
    const start = name === undefined ? 0 : argument.indexOf(separator) + separator.length;
    if (start === 0 && argument.startsWith("-")) return argument;
    const value = argument.slice(start);
    if (secretSpan(option, value) === undefined) return argument;
    const variable = argument.slice(0, start - 1);
    const isVariable = separator === "=" && /^(?:-e|--env)$/.test(before) && /^[A-Za-z_]\w*$/.test(variable);
    if (!isContainer || !isVariable || Object.hasOwn(env, variable)) {
      staying.push(place);
      return argument;
    }
    environment[variable] = take(place, variable, variable, value);
    return variable;
  });
  return { args: left, environment, staying };
}

/** A URL with its password, the parts of its path and its parameters looked at each, written as they were. */
function urlWithout(
  url: string,
  take: (hint: string, name: string | undefined, text: string) => string,
): string {
  const [, address = url, query = "", fragment = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? [];
  const [, origin = "", path = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)(.*)$/is.exec(address) ?? [];
  if (origin === "") return url;
  const host = take("password", undefined, origin);
  const parts = path.split("/").map((part) => take("token", undefined, part));
  const parameters = query.replace(
    /([?&])([^=&]+)=([^&]*)/g,
    (_, mark: string, name: string, text: string) => `${mark}${name}=${take(name, name, text)}`,
  );
  return `${host}${parts.join("/")}${parameters}${fragment}`;
}

/** github and GITHUB_TOKEN make "github-token"; a number is added where that is taken. */
function freeName(server: string, hint: string, used: Set<string>): string {
  const own = wordsOf(server);
  const words = wordsOf(hint);
  const rest = own.every((word, index) => words[index] === word) ? words.slice(own.length) : words;
  const base = `${server}-${rest.length === 0 ? "secret" : rest.join("-")}`
    .toLowerCase()
    .replace(/[^a-z0-9_.-]/g, "-")
    .slice(0, 58)
    .replace(/[-_.]+$/, "");
  const start = nameSchema.safeParse(base).success ? base : "secret";
  let name = start;
  for (let number = 2; used.has(name); number += 1) name = `${start}-${number}`;
  used.add(name);
  return name;
}
