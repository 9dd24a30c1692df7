import { expect, test } from "vitest";
import { externalLink, isOwnFile, isOwnPage, mayNavigate, mayRequest } from "./navigation.ts";

test.each([
  ["gatehouse://app/", true, true],
  ["gatehouse://app/index.html#/servers", true, true],
  ["gatehouse://app/assets/x.js", true, false],
  ["gatehouse://app.evil/", false, false],
  ["gatehouse://evil/", false, false],
  ["gatehouse-link://app/", false, false],
  ["https://app/", false, false],
  ["file:///etc/passwd", false, false],
  ["javascript:alert(1)", false, false],
  ["about:blank", false, false],
  ["", false, false],
])("%s: own page %s, may be navigated to %s", (url, own, navigable) => {
  expect([isOwnPage(url), mayNavigate(url)]).toEqual([own, navigable]);
});

test.each([
  ["gatehouse://app/assets/x.js", true],
  ["ws://127.0.0.1:4780/control", true],
  ["data:image/png;base64,AA==", true],
  ["blob:gatehouse://app/1", true],
  ["ws://127.0.0.1.evil.com/", false],
  ["ws://localhost:4780/", false],
  ["wss://evil.com/", false],
  ["http://127.0.0.1:4780/mcp", false],
  ["https://example.com/x.png", false],
  ["file:///etc/passwd", false],
])("a request to %s is let through: %s", (url, allowed) => {
  expect(mayRequest(url)).toBe(allowed);
});

test.each([
  ["https://example.com/a?b#c", { url: "https://example.com/a?b#c", host: "example.com" }],
  ["http://127.0.0.1:8080/", { url: "http://127.0.0.1:8080/", host: "127.0.0.1:8080" }],
  ["https://аpple.com/", { url: "https://xn--pple-43d.com/", host: "xn--pple-43d.com" }],
  ["https://bank.com@evil.com/", undefined],
  ["javascript:alert(1)", undefined],
  ["file:///etc/passwd", undefined],
  ["mailto:a@b.c", undefined],
  ["gatehouse://app/", undefined],
  ["nonsense", undefined],
])("the link %s leads to what it shows", (url, link) => {
  expect(externalLink(url)).toEqual(link);
});

test.each([
  ["blob:gatehouse://app/1f0c", true],
  ["blob:gatehouse://app.evil/1", false],
  ["blob:null/1", false],
  ["blob:https://evil.com/1", false],
  ["gatehouse://app/index.html", false],
  ["https://evil.com/x.exe", false],
  ["data:text/plain,x", false],
])("%s is a file of our page's own making: %s", (url, own) => {
  expect(isOwnFile(url)).toBe(own);
});
