import { HIDDEN_ARGUMENT } from "./start-at-login.ts";

export interface DesktopArguments {
  /** --home, if it was given. */
  readonly home: string | undefined;
  readonly hidden: boolean;
}

/** Reads the app's own arguments out of Electron's command line; everything else on it is not ours. */
export function desktopArguments(argv: readonly string[]): DesktopArguments {
  const at = argv.indexOf("--home");
  const joined = argv.find((argument) => argument.startsWith("--home="));
  return {
    home: at >= 0 ? argv[at + 1] : joined?.slice("--home=".length),
    hidden: argv.includes(HIDDEN_ARGUMENT),
  };
}
