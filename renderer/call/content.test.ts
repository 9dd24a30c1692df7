import { describe, expect, it } from "vitest";
import { parseJson } from "../lib/json/parse.ts";
import { contentBlocks } from "./content.ts";

const blocks = (content: unknown[]) => contentBlocks(parseJson(JSON.stringify({ content })).root);

describe("content blocks", () => {
  it("shows text, images, audio, links and resources", () => {
    expect(
      blocks([
        { type: "text", text: "hi" },
        { type: "image", mimeType: "image/PNG", data: "QUJD" },
        { type: "audio", mimeType: "audio/wav", data: "QUJD" },
        { type: "resource_link", name: "doc", uri: "file:///x" },
        { type: "resource", resource: { uri: "u", text: "t" } },
      ]),
    ).toEqual([
      { type: "text", text: "hi", cut: false },
      { type: "image", mime: "image/PNG", url: "data:image/png;base64,QUJD", bytes: 3 },
      { type: "audio", mime: "audio/wav", url: "data:audio/wav;base64,QUJD", bytes: 3 },
      { type: "link", name: "doc", uri: "file:///x", mime: null, description: null, size: null },
      { type: "resource", uri: "u", mime: null, text: "t", media: null, bytes: null },
    ]);
  });

  it("shows the binary resources that are pictures or sound, and what links say of themselves", () => {
    const resource = (mimeType: string) => ({
      type: "resource",
      resource: { uri: "u", mimeType, blob: "QUJD" },
    });
    expect(blocks([resource("image/png"), resource("audio/ogg"), resource("image/svg+xml")])).toMatchObject([
      { media: { kind: "image", url: "data:image/png;base64,QUJD" }, bytes: 3 },
      { media: { kind: "audio", url: "data:audio/ogg;base64,QUJD" } },
      { media: null, bytes: 3 },
    ]);
    const link = { type: "resource_link", name: "n", title: "T", uri: "u", description: "d", size: 12 };
    expect(blocks([link])).toMatchObject([{ name: "T", description: "d", size: "12" }]);
  });

  it.each([
    ["an SVG", { type: "image", mimeType: "image/svg+xml", data: "PHN2Zz4=" }],
    ["HTML that calls itself an image", { type: "image", mimeType: "text/html", data: "QUJD" }],
    ["a type with parameters", { type: "image", mimeType: "image/png;charset=x,<script>", data: "QUJD" }],
    ["data that is not base64", { type: "image", mimeType: "image/png", data: '"><script>' }],
  ])("gives no address to %s", (_, block) => {
    expect(blocks([block])).toMatchObject([{ type: "image", url: null }]);
  });

  it("names what it cannot show, and survives what is malformed", () => {
    expect(blocks([{ type: "hologram" }, null, 7, { type: "text" }])).toEqual([
      { type: "other", name: "hologram" },
      { type: "other", name: "a block without a type" },
      { type: "other", name: "a block without a type" },
      { type: "other", name: "text without text" },
    ]);
    expect(contentBlocks(parseJson('{"content":"x"}').root)).toEqual([]);
  });
});
