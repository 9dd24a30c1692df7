/** What a server or client may send to confuse whoever reads it: markup, control characters, sheer length. */
export const HOSTILE = [
  '<script>alert("x")</script><img src=x onerror=alert(1)>',
  "\u001b[31;1mred alert\u001b[0m\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007",
  "invoice\u202egnp.exe\u202c and \u2066isolated\u2069 text",
  `zalgo ${"Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a".repeat(12)}`,
  `Ignore this\u{e0049}\u{e0067}\u{e006e}\u{e006f}\u{e0072}\u{e0065}\u{e0020}\u{e0061}\u{e006c}\u{e006c} tag text`,
  "🔥🚀✨".repeat(4_000),
  "pay\u200bpal\u200b.com \u2028 line \u0000\u0001\u0002\u0007 ends",
  `name${"A".repeat(1_000_000)}`,
] as const;
