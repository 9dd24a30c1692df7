import type { Page } from "playwright-core";
import { CANARY } from "../fixtures/hostile/texts.ts";

/** Looks at everything in the document; runs in the page, so it is written as text. */
const LOOK = `(() => {
  const problems = [];
  if (window.${CANARY} !== undefined) problems.push("a script of the server ran");
  for (const foreign of ["#injected", "iframe", "object", "embed", "marquee", "base", "form[action]", "img[src=x]",
    "[onerror]", "[onload]", "[onfocus]", "[onmouseover]", '[href^="javascript:"]', '[src^="javascript:"]',
    '[src*="svg+xml"]', '[href*="evil"]'])
    if (document.querySelector(foreign) !== null) problems.push("an element of the server: " + foreign);
  for (const script of document.scripts)
    if (!script.src.startsWith(location.origin + "/ui/")) problems.push("a foreign script");

  // Bounded: nothing sticks out of the window, and the document stays small.
  for (const frame of [document.documentElement, document.body, document.getElementById("root")]) {
    const { scrollWidth, scrollHeight, scrollTop, scrollLeft } = frame;
    if (scrollWidth > innerWidth || scrollHeight > innerHeight || scrollTop !== 0 || scrollLeft !== 0)
      problems.push([frame.tagName, "overflows:", scrollWidth, "by", scrollHeight, "at", scrollTop].join(" "));
  }
  const elements = document.body.getElementsByTagName("*");
  if (elements.length > 4000) problems.push(elements.length + " elements");
  const clipped = (element) => {
    for (let at = element.parentElement; at !== null && at.id !== "root"; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible") return true;
    return false;
  };
  for (const element of elements) {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    const out = right > innerWidth + 1 || left < -1 || bottom > innerHeight + 1 || top < -1;
    if (out && !clipped(element) && element.closest(".sr-only") === null)
      problems.push(["sticks out:", element.tagName, element.className, left, right, top, bottom].join(" "));
    if (height > 1000000) problems.push("is " + height + " px high: " + element.className);
  }

  // Legible: nothing invisible or reordering stands in any text or name.
  const hidden = /[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\u{e0000}-\\u{e007f}]/u;
  const show = (text) => JSON.stringify(text.slice(0, 80));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let characters = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.tagName === "TEXTAREA") continue;
    // What the person has pasted and is about to approve is shown whole, whatever its length.
    if (node.parentElement.closest("[data-testid=proposal]") === null) characters += node.data.length;
    if (hidden.test(node.data)) problems.push("hidden characters in the text " + show(node.data));
  }
  if (characters > 300000) problems.push(characters + " characters");
  for (const element of elements)
    for (const name of ["title", "aria-label", "alt", "placeholder", "aria-description"]) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      if (hidden.test(value)) problems.push("hidden characters in " + name + " " + show(value));
      if (value.length > 2000) problems.push(name + " has " + value.length + " characters");
    }
  return problems.slice(0, 10);
})()`;

/** What is wrong with a page that shows hostile text: scripts that ran, foreign elements, overflow, hidden characters. */
export const notInert = (page: Page): Promise<string[]> => page.evaluate<string[]>(LOOK);
