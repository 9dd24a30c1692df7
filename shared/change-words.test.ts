import { describe, expect, test } from "vitest";
import { clientUpdateInWords, profileInWords } from "./change-words.ts";
import { profileSchema } from "./model/config.ts";

const before = { name: "cursor", profile: null, labels: { team: "core" } };

describe("an update of a client", () => {
  test("names what it was and what it becomes", () => {
    expect(
      clientUpdateInWords(before, {
        type: "client.update",
        name: "cursor",
        newName: "editor",
        profile: "work",
        labels: { environment: "test", team: "core" },
      }),
    ).toEqual([
      "name: cursor → editor",
      "profile: none (sees everything) → work",
      "labels: team core → environment test, team core",
    ]);
  });

  test("leaves out what stays, and says only what comes where nothing is known of before", () => {
    const change = { type: "client.update", name: "cursor", profile: null, labels: {} } as const;
    expect(clientUpdateInWords(before, change)).toEqual(["labels: team core → none"]);
    expect(clientUpdateInWords(null, change)).toEqual(["profile: none (sees everything)", "labels: none"]);
  });
});

describe("a profile", () => {
  test("without limits sees everything", () => {
    expect(profileInWords(profileSchema.parse({}))).toEqual(["Sees every server."]);
  });

  test("tells each limit, an empty list as nothing", () => {
    const profile = profileSchema.parse({
      servers: ["files", "git*"],
      readOnly: true,
      tools: { files: { allow: ["read_*"], deny: ["read_secret"] }, "*": { allow: [] } },
      resources: { files: { deny: ["file:///etc/*"] } },
      prompts: { files: { deny: [] } },
    });
    expect(profileInWords(profile)).toEqual([
      'Sees only the servers "files", "git*".',
      "Sees only tools that their server calls read-only.",
      'Of "files": only the tools "read_*".',
      'Of "files": never the tools "read_secret".',
      "Of every other server: no tools.",
      'Of "files": never the resources "file:///etc/*".',
    ]);
  });
});
