import { GatehouseError } from "../../../shared/errors.ts";

const OR_FILE = 'set "secrets": { "store": "file" } in gatehouse.json to keep secrets under a passphrase';

/** The condition "the keychain cannot be used", with what to do about it on this platform. */
export function unavailable(
  platform: NodeJS.Platform,
  what: "library" | "no-bus" | "service" | "locked" | "timeout" | "ended",
  detail: string,
): GatehouseError {
  const sentence = {
    library: "the keychain's library cannot be loaded",
    "no-bus": "there is no keychain in this session",
    service: "the keychain refused",
    locked: "the keychain is locked",
    timeout: "the keychain does not answer",
    ended: "the keychain's library ended unexpectedly",
  }[what];
  return new GatehouseError(
    "secrets_unavailable",
    `${sentence}: ${detail}`,
    `${sentenceCase(adviceFor(platform, what))}; or ${OR_FILE}.`,
  );
}

function adviceFor(platform: NodeJS.Platform, what: Parameters<typeof unavailable>[1]): string {
  if (platform === "darwin")
    return "open Keychain Access, unlock the login keychain, and allow Gatehouse to use its items";
  if (platform === "win32")
    return "see that the service “Credential Manager” runs and that you are signed in with your own account";
  switch (what) {
    case "library":
      return "install libsecret (Debian and Ubuntu: apt install libsecret-1-0; Fedora and Arch: libsecret) and start the hub again";
    case "no-bus":
      return "start the hub from your desktop session, where D-Bus and a Secret Service (GNOME Keyring, KWallet) run";
    case "locked":
    case "ended":
    case "timeout":
      return "unlock your keyring (Passwords and Keys, KWallet Manager), or answer its dialog, and try again";
    case "service":
      return "install and start a Secret Service (Debian and Ubuntu: apt install gnome-keyring), unlock it, and try again";
  }
}

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
