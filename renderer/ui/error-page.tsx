import { useEffect, useState } from "react";
import type { ErrorPage as Section } from "../../shared/error-docs.ts";
import { CopyButton } from "./copy-button.tsx";
import { ServerText } from "./server-text.tsx";

/** What docs/errors.md says of a code; its text comes when it is first wanted. */
export function ErrorPage({ code }: { readonly code: string }) {
  const [page, setPage] = useState<Section | null | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    void import("./error-pages.ts").then(({ errorPages }) => {
      if (!gone) setPage(errorPages.get(code) ?? null);
    });
    return () => {
      gone = true;
    };
  }, [code]);
  if (page === undefined) return null;
  return (
    <section
      aria-label={`About ${code}`}
      data-testid="error-page"
      className="mt-1.5 space-y-1.5 rounded-lg border border-line bg-sunken px-3.5 py-2.5"
    >
      {page === null ? (
        <p>This version of Gatehouse has no page about this code.</p>
      ) : (
        <>
          <p>
            <WithCode text={page.meaning} />
          </p>
          <p>
            <strong className="font-medium">What to do: </strong>
            <WithCode text={page.advice} />
          </p>
        </>
      )}
      <p className="flex items-center gap-1 font-mono text-muted text-xs">
        docs/errors.md, or: gatehouse explain {code}
        <CopyButton label="Copy the command" text={`gatehouse explain ${code}`} />
      </p>
    </section>
  );
}

/** Text of the hub's in which code stands in backticks; what it quotes of others is made harmless. */
export function WithCode({ text }: { readonly text: string }) {
  return text
    .replaceAll(/\s+/g, " ")
    .split("`")
    .map((part, index) =>
      index % 2 === 0 ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one fixed text
        <ServerText key={index} text={part} multiline />
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one fixed text
        <code key={index} className="font-mono text-xs">
          <ServerText text={part} multiline />
        </code>
      ),
    );
}
