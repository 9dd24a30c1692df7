declare const __GATEHOUSE_VERSION__: string | undefined;

/** The version of this build; "0.0.0-dev" when run from the sources. */
export const VERSION: string =
  typeof __GATEHOUSE_VERSION__ === "string" ? __GATEHOUSE_VERSION__ : "0.0.0-dev";
