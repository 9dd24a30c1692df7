import { describe, expect, it } from "vitest";
import { profileSchema } from "../../../shared/model/config.ts";
import { draftOf, noLimits, patternsOf, profileOf } from "./profile-draft.ts";

describe("a profile in the editor", () => {
  it.each([
    {},
    { servers: [] },
    { servers: ["files", "git*"], readOnly: true },
    { tools: { files: { allow: [], deny: ["write_*"] }, "*": { deny: ["*"] } } },
    { accounts: { web: "work" } },
    { resources: { files: { allow: ["file:///a,b/*"] } }, prompts: { files: { allow: ["x"] } } },
  ])("comes out as it went in: %j", (given) => {
    const profile = profileSchema.parse(given);
    expect(profileOf(draftOf(profile))).toEqual(profile);
  });

  it("keeps an allow list that was emptied as one that admits nothing", () => {
    const draft = draftOf(profileSchema.parse({ tools: { files: { allow: ["read_*"] } } }));
    const limits = draft.limits.map((limit) => ({
      ...limit,
      filters: { ...limit.filters, tools: { allow: " \n", deny: "" } },
    }));
    expect(profileOf({ ...draft, limits }).tools).toEqual({ files: { allow: [] } });
  });

  it("leaves out a server whose limits limit nothing", () => {
    const draft = { servers: null, readOnly: false, limits: [noLimits("files")], accounts: {} };
    expect(profileOf(draft)).toEqual(profileSchema.parse({}));
  });

  it("takes a pattern from each line that has one", () => {
    expect(patternsOf(" read_* \n\n list things\n")).toEqual(["read_*", "list things"]);
  });
});
