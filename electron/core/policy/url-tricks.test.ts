import { describe, it } from "vitest";
import { expectTrick, type TrickRow } from "./testing/tricks.ts";

describe("a URL at example.com", () => {
  it.each<TrickRow>([
    ["the plain URL", "https://example.com/a?b#c", "allow", "deny", /is at/],
    ["http", "http://example.com/", "allow", "deny", /is at/],
    ["upper case", "HTTPS://EXAMPLE.COM/", "allow", "deny", /is at/],
    ["the scheme's own port", "https://example.com:443/", "allow", "deny", /is at/],
    ["another port", "https://example.com:8443/", "no", "deny", /port/],
    ["the other scheme's port", "http://example.com:443/", "no", "deny", /port/],
    ["another scheme", "ftp://example.com/", "no", "deny", /scheme/],
    ["a socket", "wss://example.com/", "no", "deny", /scheme/],
    ["a script", "javascript:alert(1)//example.com", "no", "deny", /no absolute URL|not at/],
    ["a subdomain", "https://a.example.com/", "no", "no", /not at/],
    ["a name that ends with it", "https://evilexample.com/", "no", "no", /not at/],
    ["a name that begins with it", "https://example.com.evil.org/", "no", "no", /not at/],
    ["it as a user name", "https://example.com@evil.org/", "no", "deny", /user name|not at/],
    ["it as a user name and password", "https://example.com:443@evil.org/", "no", "deny", /user name|not at/],
    ["another as a user name", "https://evil.org@example.com/", "ask", "deny", /user name|is at/],
    ["a backslash before an at", "https://evil.org\\@example.com/", "no", "deny", /backslash|not at/],
    ["backslashes for slashes", "https:\\\\example.com\\a", "ask", "deny", /backslash|is at/],
    ["one slash", "https:/example.com/", "ask", "deny", /two slashes|is at/],
    ["three slashes", "https:///example.com/", "ask", "deny", /two slashes|is at/],
    ["no slash", "https:example.com", "ask", "deny", /two slashes|is at/],
    ["a trailing dot", "https://example.com./", "allow", "deny", /is at/],
    ["an encoded dot", "https://example%2ecom/", "ask", "deny", /percent-encoded|is at/],
    ["a dot of another script", "https://example\u3002com/", "ask", "deny", /standards|is at/],
    ["letters of full width", "https://\uff45xample.com/", "ask", "deny", /standards|is at/],
    [
      "an encoded slash before the end of the host",
      "https://example.com%2f.evil.org/",
      "no",
      "deny",
      /no absolute URL|cannot be read/,
    ],
    ["a tab inside", "https://exam\tple.com/", "ask", "deny", /white space|is at/],
    ["white space around", " https://example.com/ ", "ask", "deny", /white space|is at/],
    [
      "a line break with another URL",
      "https://example.com/\nhttps://evil.org",
      "ask",
      "deny",
      /white space|is at/,
    ],
    ["a host without a scheme", "example.com/a", "no", "deny", /no absolute URL|reads like/],
    ["a URL without a scheme", "//example.com/a", "no", "deny", /no absolute URL|reads like/],
    ["another host without a scheme", "evil.org/a", "no", "no", /not at/],
    ["a plain word", "hello", "no", "no", /not at/],
    ["a sentence", "see example.com for more", "no", "no", /no URL/],
    ["a fragment that looks like a host", "https://evil.org#example.com", "no", "no", /not at/],
    ["a query that looks like a host", "https://evil.org?x=https://example.com", "no", "no", /not at/],
    ["a look-alike of Cyrillic letters", "https://ex\u0430mple.com/", "no", "no", /not at/],
    ["two in a list", ["https://example.com/", "https://evil.org/"], "no", "deny", /not at/],
  ])("%s", (...row) => {
    expectTrick({ host: "example.com" }, row);
  });
});

describe("hosts of other kinds", () => {
  it.each<[trick: string, host: string, ...rest: [unknown, TrickRow[2], TrickRow[3], RegExp]]>([
    ["a subdomain by a glob", "*.example.com", "https://a.b.example.com/", "allow", "deny", /is at/],
    ["the domain itself by that glob", "*.example.com", "https://example.com/", "no", "no", /not at/],
    ["another domain by that glob", "*.example.com", "https://evilexample.com/", "no", "no", /not at/],
    ["a port that is said", "localhost:3000", "http://localhost:3000/", "allow", "deny", /is at/],
    ["another port than is said", "localhost:3000", "http://localhost:3001/", "no", "no", /port/],
    ["any port", "localhost:*", "http://localhost:3001/", "allow", "deny", /is at/],
    ["a scheme that is said", "wss://example.com", "wss://example.com/", "allow", "deny", /is at/],
    ["another scheme than is said", "wss://example.com", "https://example.com/", "no", "no", /scheme/],
    ["an IDN in letters", "b\u00fccher.de", "https://b\u00fccher.de/", "allow", "deny", /is at/],
    ["an IDN in punycode", "b\u00fccher.de", "https://xn--bcher-kva.de/", "allow", "deny", /is at/],
    ["a rule in punycode", "xn--bcher-kva.de", "https://b\u00fccher.de/", "allow", "deny", /is at/],
    [
      "a letter that standards map differently",
      "xn--fa-hia.de",
      "https://fa\u00df.de/",
      "ask",
      "deny",
      /standards|is at/,
    ],
    ["an address", "127.0.0.1", "http://127.0.0.1/", "allow", "deny", /is at/],
    ["an address as one number", "127.0.0.1", "http://2130706433/", "ask", "deny", /another way to write/],
    ["an address in hexadecimal", "127.0.0.1", "http://0x7f.0.0.1/", "ask", "deny", /another way to write/],
    ["an address in octal", "127.0.0.1", "http://0177.0.0.1/", "ask", "deny", /another way to write/],
    ["an address with parts left out", "127.0.0.1", "http://127.1/", "ask", "deny", /another way to write/],
    ["an address in IPv6", "127.0.0.1", "http://[::ffff:127.0.0.1]/", "no", "deny", /not at|is at/],
    ["IPv6", "[::1]", "http://[::1]/", "allow", "deny", /is at/],
    ["IPv6 written out", "[::1]", "http://[0:0:0:0:0:0:0:1]/", "ask", "deny", /another way to write/],
    ["a port of several zeros", "localhost:80", "http://localhost:00080/", "allow", "deny", /is at/],
    ["any host", "*", "https://anything.example/", "allow", "deny", /is at/],
  ])("%s", (trick, host, value, allowed, denied, why) => {
    expectTrick({ host }, [trick, value, allowed, denied, why]);
  });
});
