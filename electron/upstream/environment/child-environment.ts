import { MARK_VARIABLE } from "./marker.ts";

type Environment = Readonly<Record<string, string | undefined>>;

// What a program needs to find its user, its temporary files, its language, and the network of a company.
const NETWORK = [
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

// Where version managers and package runners keep what they have installed.
const TOOLS = [
  "NVM_DIR",
  "FNM_DIR",
  "VOLTA_HOME",
  "ASDF_DIR",
  "ASDF_DATA_DIR",
  "MISE_DATA_DIR",
  "PYENV_ROOT",
  "HOMEBREW_PREFIX",
  "PNPM_HOME",
  "BUN_INSTALL",
  "DENO_DIR",
  "DENO_INSTALL",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "GOPATH",
  "JAVA_HOME",
  "PIPX_HOME",
  "UV_CACHE_DIR",
  "UV_TOOL_DIR",
  "UV_PYTHON_INSTALL_DIR",
];

const SHARED = ["TZ", ...NETWORK, ...TOOLS];

const FOLDERS = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"];
const LANGUAGE = ["LANG", "LANGUAGE"];

// Where a container command finds its engine. Nothing else gets these.
const ENGINE = [
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
  "CONTAINER_HOST",
  "CONTAINER_CONNECTION",
  "CONTAINERD_ADDRESS",
  "CONTAINERD_NAMESPACE",
  "XDG_RUNTIME_DIR",
];

const POSIX = [
  ...SHARED,
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  ...LANGUAGE,
  "TERM",
  "TMPDIR",
  "TEMP",
  "TMP",
  ...FOLDERS,
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

const FROM_LOGIN = new Set([...LANGUAGE, ...NETWORK, ...TOOLS, ...FOLDERS, ...ENGINE]);

/** Of a login shell's variables those that are of use to servers and say nothing secret (POSIX). */
export function fromLogin(shell: Environment): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell))
    if (value !== undefined && (FROM_LOGIN.has(name) || name.startsWith("LC_"))) chosen[name] = value;
  return chosen;
}

/**
 * The whole environment of a server's process: a safe base taken from `base` (the hub's own) and `login` (what
 * `fromLogin` gave; it wins), then what the person declared, then the mark. `engine`: it is a container command. Nothing else passes: no DBUS_SESSION_BUS_ADDRESS, SSH_AUTH_SOCK, NODE_OPTIONS, ELECTRON_*
 * or GATEHOUSE_* unless declared. A declared PATH replaces `path`. Names on Windows count as equal whatever their case.
 */
export function childEnvironment(options: {
  platform: NodeJS.Platform;
  base: Environment;
  login?: Environment;
  declared: Readonly<Record<string, string>>;
  path: string;
  marker: string;
  engine?: boolean;
}): Record<string, string> {
  const { platform, base, login = {}, declared, path, marker, engine = false } = options;
  const windows = platform === "win32";
  const keyOf = (name: string): string => (windows ? name.toUpperCase() : name);
  const allowed = new Set([...(windows ? WINDOWS : POSIX), ...(engine ? ENGINE : [])].map(keyOf));
  const chosen = new Map<string, { name: string; value: string }>();
  const put = (name: string, value: string): void => {
    chosen.set(keyOf(name), { name, value });
  };
  for (const [name, value] of [...Object.entries(base), ...Object.entries(login)]) {
    if (value !== undefined && (allowed.has(keyOf(name)) || (!windows && name.startsWith("LC_"))))
      put(name, value);
  }
  put(windows ? "Path" : "PATH", path);
  for (const [name, value] of Object.entries(declared)) put(name, value);
  put(MARK_VARIABLE, marker);
  return Object.fromEntries([...chosen.values()].map(({ name, value }) => [name, value]));
}

/** Of a server's environment what its container command needs to be asked again by the guard; nothing secret. */
export function engineEnvironment(
  environment: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): Record<string, string> {
  const names = [
    ...ENGINE,
    ...FOLDERS,
    "PATH",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramData",
  ];
  const chosen: Record<string, string> = {};
  for (const name of [...names, "SystemRoot"]) {
    const value = variable(environment, name, platform);
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
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
