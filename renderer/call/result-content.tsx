// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
// biome-ignore-all lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard
import { Braces, FileText, Image, Link2, Music, Puzzle } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { Payload } from "../../shared/model/call.ts";
import { bytes, count } from "../lib/format.ts";
import { type JsonNode, member } from "../lib/json/parse.ts";
import { writeJson } from "../lib/json/rows.ts";
import { useJson } from "../lib/json/use-json.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Segmented } from "../ui/field.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { ServerText } from "../ui/server-text.tsx";
import { type ContentBlock, contentBlocks } from "./content.ts";

/** Structured content that is shown in place, in characters; more is found under JSON. */
const MOST_STRUCTURED = 20_000;

/** A tool's result: its content blocks as a person would read them, or its JSON as it went over the wire. */
export function ResultContent({
  payload,
  notice,
}: {
  readonly payload: Payload;
  readonly notice: ReactNode;
}) {
  const [mode, setMode] = useState("content");
  const result = useJson(payload.text, payload.truncated);
  const blocks = useMemo(() => (result.phase === "ready" ? contentBlocks(result.tree.root) : []), [result]);
  const structured = useMemo(
    () => (result.phase === "ready" ? member(result.tree.root, "structuredContent") : undefined),
    [result],
  );
  const json = mode === "json" || (result.phase !== "parsing" && blocks.length === 0);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {blocks.length > 0 && (
        <div className="flex shrink-0 items-center gap-3 border-line border-b px-5 py-1.5">
          <Segmented
            label="How to show the result"
            value={mode}
            onValue={setMode}
            options={[
              { value: "content", label: "Content" },
              { value: "json", label: "JSON" },
            ]}
          />
          <span className="flex-1" />
          <span className="tabular text-faint text-xs">{bytes(payload.bytes)}</span>
        </div>
      )}
      {json || result.phase === "parsing" ? (
        <JsonView text={payload.text} truncated={payload.truncated} label="Result" notice={notice} />
      ) : (
        <>
          {notice}
          <div
            className="min-h-0 flex-1 space-y-3 overflow-auto px-5 py-4"
            role="region"
            aria-label="Content"
            tabIndex={0}
          >
            {blocks.map((block, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity but their place
              <Block key={index} block={block} />
            ))}
            {structured !== undefined && <Structured node={structured} />}
          </div>
        </>
      )}
    </div>
  );
}

function Frame({
  icon,
  title,
  actions,
  children,
}: {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <article className="overflow-hidden rounded-lg border border-line">
      <header className="flex h-8 items-center gap-2 bg-sunken px-3 text-muted text-xs">
        {icon}
        <span className="flex min-w-0 flex-1 items-center gap-2">{title}</span>
        {actions}
      </header>
      {children !== undefined && <div className="border-line border-t px-3.5 py-3">{children}</div>}
    </article>
  );
}

function Block({ block }: { readonly block: ContentBlock }) {
  switch (block.type) {
    case "text":
      return (
        <Frame
          icon={<FileText aria-hidden size={13} />}
          title={
            <span className="tabular">
              Text · {count(block.text.length)} characters{block.cut ? " · cut off" : ""}
            </span>
          }
          actions={<CopyButton label="Copy the text" text={block.text} />}
        >
          <ServerText
            text={block.text}
            multiline
            limit={8_000}
            className="block font-mono text-xs leading-5"
          />
        </Frame>
      );
    case "image":
      return (
        <Frame icon={<Image aria-hidden size={13} />} title={<Media mime={block.mime} size={block.bytes} />}>
          {block.url === null ? <NotShown what="image" /> : <Picture url={block.url} />}
        </Frame>
      );
    case "audio":
      return (
        <Frame icon={<Music aria-hidden size={13} />} title={<Media mime={block.mime} size={block.bytes} />}>
          {block.url === null ? <NotShown what="audio" /> : <Sound url={block.url} />}
        </Frame>
      );
    case "link":
      return (
        <Frame
          icon={<Link2 aria-hidden size={13} />}
          title={<ServerText text={block.name} limit={120} />}
          actions={<CopyButton label="Copy the address" text={block.uri} />}
        >
          <ServerText text={block.uri} multiline limit={600} className="block font-mono text-xs" />
          {block.description !== null && block.description !== "" && (
            <ServerText text={block.description} multiline limit={600} className="mt-1.5 block text-sm" />
          )}
          <p className="mt-1.5 text-faint text-xs">
            A link to a resource of the server, which the client may read
            {block.mime !== null && (
              <>
                {" · "}
                <ServerText text={block.mime} limit={60} className="inline" />
              </>
            )}
            {block.size !== null && (
              <>
                {" · "}
                <ServerText text={block.size} limit={20} className="inline" /> bytes, it says
              </>
            )}
          </p>
        </Frame>
      );
    case "resource":
      return (
        <Frame
          icon={<Puzzle aria-hidden size={13} />}
          title={
            <>
              <ServerText text={block.uri} limit={160} />
              {block.bytes !== null && <Media mime={block.mime ?? "binary"} size={block.bytes} />}
            </>
          }
          {...(block.text === null
            ? {}
            : { actions: <CopyButton label="Copy the resource's text" text={block.text} /> })}
        >
          {block.media !== null ? (
            block.media.kind === "image" ? (
              <Picture url={block.media.url} />
            ) : (
              <Sound url={block.media.url} />
            )
          ) : block.text === null ? (
            <NotShown what="binary resource" />
          ) : (
            <ServerText
              text={block.text}
              multiline
              limit={8_000}
              className="block font-mono text-xs leading-5"
            />
          )}
        </Frame>
      );
    case "other":
      return (
        <Frame icon={<Puzzle aria-hidden size={13} />} title={<ServerText text={block.name} limit={120} />} />
      );
  }
}

/** A result's structured content, indented, every digit as it was sent. */
function Structured({ node }: { readonly node: JsonNode }) {
  const text = useMemo(() => {
    try {
      return writeJson(node);
    } catch {
      return "It is nested too deep to be shown here: see JSON.";
    }
  }, [node]);
  return (
    <Frame
      icon={<Braces aria-hidden size={13} />}
      title="Structured content"
      actions={<CopyButton label="Copy the structured content" text={text} />}
    >
      <ServerText
        text={text.slice(0, MOST_STRUCTURED)}
        multiline
        limit={4_000}
        className="block whitespace-pre-wrap font-mono text-xs leading-5"
      />
      {text.length > MOST_STRUCTURED && <p className="mt-1 text-faint text-xs">The rest is under JSON.</p>}
    </Frame>
  );
}

const Picture = ({ url }: { readonly url: string }) => (
  <img
    src={url}
    alt="Returned by the server"
    className="checker max-h-96 min-h-8 max-w-full rounded-sm object-contain"
  />
);

const Sound = ({ url }: { readonly url: string }) => (
  // biome-ignore lint/a11y/useMediaCaption: a server's audio comes without captions
  <audio controls preload="metadata" src={url} aria-label="Audio returned by the server" className="w-full" />
);

const Media = ({ mime, size }: { readonly mime: string; readonly size: number }) => (
  <span className="tabular flex min-w-0 gap-1">
    <ServerText text={mime} limit={40} /> · {bytes(size)}
  </span>
);

const NotShown = ({ what }: { readonly what: string }) => (
  <p className="text-muted text-sm">
    This {what} is not shown: its type is not one of the safe ones, or it is damaged or cut off.
  </p>
);
