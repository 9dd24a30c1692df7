import { MARK_VARIABLE } from "./marker.ts";

type Environment = Readonly<Record<string, string | undefined>>;

// What a program needs to find its user, its temporary files, its language, and the network of a company.
const SHARED = [
  "TZ",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  // Of npm's own variables only where packages come from and whom to trust: npx servers need both. The rest of npm_*
  // describes the script that started the hub, and would mislead a child.
  "npm_config_registry",
  "npm_config_cafile",
  "NPM_CONFIG_REGISTRY",
  "NPM_CONFIG_CAFILE",
];

const POSIX = [
  ...SHARED,
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TERM",
  "TMPDIR",
  "TEMP",
  "TMP",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_CACHE_HOME",
  "XDG_STATE_HOME",
];

const WINDOWS = [
  ...SHARED,
  "SystemRoot",
  "SystemDrive",
  "windir",
  "ComSpec",
  "PATHEXT",
  "APPDATA",
  "LOCALAPPDATA",
  "USERPROFILE",
  "USERNAME",
  "USERDOMAIN",
  "COMPUTERNAME",
  "PUBLIC",
  "ALLUSERSPROFILE",
  "ProgramFiles",
  "ProgramFiles(x86)",
  "ProgramW6432",
  "CommonProgramFiles",
  "CommonProgramFiles(x86)",
  "CommonProgramW6432",
  "ProgramData",
  "HOMEDRIVE",
  "HOMEPATH",
  "HOME",
  "LANG",
  "TEMP",
  "TMP",
  "NUMBER_OF_PROCESSORS",
  "PROCESSOR_ARCHITECTURE",
  "OS",
];

/**
 * The whole environment of a server's process: a safe base taken from `base` (the hub's own), then what the person
 * declared, then the mark. Nothing else passes: no DBUS_SESSION_BUS_ADDRESS, SSH_AUTH_SOCK, NODE_OPTIONS, ELECTRON_*
 * or GATEHOUSE_* unless declared. A declared PATH replaces `path`. Names on Windows count as equal whatever their case.
 */
export function childEnvironment(options: {
  platform: NodeJS.Platform;
  base: Environment;
  declared: Readonly<Record<string, string>>;
  path: string;
  marker: string;
}): Record<string, string> {
  const { platform, base, declared, path, marker } = options;
  const windows = platform === "win32";
  const keyOf = (name: string): string => (windows ? name.toUpperCase() : name);
  const allowed = new Set((windows ? WINDOWS : POSIX).map(keyOf));
  const chosen = new Map<string, { name: string; value: string }>();
  const put = (name: string, value: string): void => {
    chosen.set(keyOf(name), { name, value });
  };
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && (allowed.has(keyOf(name)) || (!windows && name.startsWith("LC_"))))
      put(name, value);
  }
  put(windows ? "Path" : "PATH", path);
  for (const [name, value] of Object.entries(declared)) put(name, value);
  put(MARK_VARIABLE, marker);
  return Object.fromEntries([...chosen.values()].map(({ name, value }) => [name, value]));
}

/** A variable's value, by the platform's rule for names. */
export function variable(
  environment: Environment,
  name: string,
  platform: NodeJS.Platform,
): string | undefined {
  if (platform !== "win32") return environment[name];
  const wanted = name.toUpperCase();
  return Object.entries(environment).find(([key]) => key.toUpperCase() === wanted)?.[1];
}
