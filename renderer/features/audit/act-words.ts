const ACTS: Readonly<Record<string, string>> = {
  "pair.ask": "Client asked to connect",
  "pair.approve": "Client connected",
  "pair.deny": "Client refused",
  "client.add": "Client added",
  "client.update": "Client changed",
  "client.revoke": "Client revoked",
  "profile.set": "Profile saved",
  "profile.remove": "Profile removed",
  "rule.add": "Rule added",
  "rule.replace": "Rule changed",
  "rule.remove": "Rule removed",
  "rule.move": "Rule moved",
  "grant.add": "Permission granted",
  "grant.revoke": "Permission taken back",
  "server.add": "Server added",
  "server.remove": "Server removed",
  "server.enable": "Server enabled",
  "server.disable": "Server disabled",
  "server.restart": "Server restarted",
  "server.signIn": "Sign-in begun",
  "server.signOut": "Signed out of a server",
  "server.moveSecrets": "Credentials moved out of gatehouse.json",
  "pin.accept": "Server's change accepted",
  "secret.set": "Secret set",
  "secret.remove": "Secret removed",
  "secret.unlock": "Secrets unlocked",
  "secret.passphrase": "Passphrase of the secrets chosen",
  "settings.set": "Settings changed",
  "config.changed": "gatehouse.json edited",
  "config.held": "Edit of gatehouse.json held back",
  "hub.pause": "Calls paused",
  "hub.resume": "Calls resumed",
  "hub.shutdown": "Hub ended",
  "question.ask": "Change asked for",
  "question.approve": "Question approved",
  "question.deny": "Question denied",
};

/** What was done, in words; an act that has none keeps its own name. */
export const actWords = (act: string): string => (Object.hasOwn(ACTS, act) ? (ACTS[act] ?? act) : act);

const ROLES: Readonly<Record<string, string>> = {
  owner: "You (desktop)",
  operator: "Command line",
  viewer: "A window",
  client: "A client",
  file: "An edit of the file",
};

/** Who did it, by the role that the hub knows of it. */
export const whoWords = (role: string): string => (Object.hasOwn(ROLES, role) ? (ROLES[role] ?? role) : role);
