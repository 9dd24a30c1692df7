/** The options of `gatehouse connect`. */
export interface ConnectOptions {
  readonly home?: string | undefined;
  /** The name of the client's identity at the hub. */
  readonly client?: string | undefined;
  /** Serves this server alone, with its own names. */
  readonly server?: string | undefined;
}

const OPTIONS = ["home", "client", "server"] as const;

/**
 * Reads a command line that is plainly `connect` with its options; undefined for every other one, wrong ones included.
 * Those go the usual way, through the parser of all commands, which `connect` has no memory to spare for.
 */
export function plainConnect(args: readonly string[]): ConnectOptions | undefined {
  const found: { -readonly [K in keyof ConnectOptions]: ConnectOptions[K] } = {};
  let named = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    const option = OPTIONS.find((name) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (option === undefined) {
      if (named || arg !== "connect") return undefined;
      named = true;
      continue;
    }
    if (option !== "home" && !named) return undefined;
    const isJoined = arg.includes("=");
    const value = isJoined ? arg.slice(arg.indexOf("=") + 1) : args[at + 1];
    if (value === undefined || value === "" || (!isJoined && value.startsWith("-"))) return undefined;
    found[option] = value;
    if (!isJoined) at += 1;
  }
  return named ? found : undefined;
}
