// biome-ignore-all lint/suspicious/noArrayIndexKey: these have no identity but their place, and nothing of their own to lose
import type { Launch } from "../../shared/model/server.ts";
import { markDanger, quoteArgument } from "../lib/command-line.ts";
import { CodeBlock } from "./code-block.tsx";
import { CopyButton } from "./copy-button.tsx";
import { ServerText } from "./server-text.tsx";

const join = (launch: Launch): string => [launch.command ?? "", ...launch.args].map(quoteArgument).join(" ");

/** What would be run or connected to: whole, untruncated, each argument in its own box, dangerous words marked. */
export function CommandLine({
  launch,
  label = "What runs",
}: {
  readonly launch: Launch;
  readonly label?: string;
}) {
  const text = launch.command === null ? (launch.url ?? "") : join(launch);
  return (
    <CodeBlock label={label} actions={<CopyButton text={text} label="Copy the command" />}>
      {launch.command === null ? (
        <ServerText text={launch.url ?? ""} whole />
      ) : (
        [launch.command, ...launch.args].map((argument, index) => (
          <span key={`${index}`}>
            {index > 0 && " "}
            <span className="rounded-sm bg-press box-decoration-clone px-1 py-0.5">
              {argument === "" && "''"}
              {markDanger(argument).map((piece, place) =>
                piece.danger === null ? (
                  <ServerText
                    key={`${place}`}
                    text={piece.text}
                    whole
                    className={index === 0 ? "font-semibold" : ""}
                  />
                ) : (
                  <mark
                    key={`${place}`}
                    title={piece.danger}
                    className="rounded-sm bg-bad-soft px-0.5 font-semibold text-bad ring-1 ring-bad-line"
                  >
                    {piece.text}
                  </mark>
                ),
              )}
            </span>
          </span>
        ))
      )}
    </CodeBlock>
  );
}

/** The names of variables or headers that go along; values never leave the hub. */
const NameList = ({ names }: { readonly names: readonly string[] }) => (
  <span className="flex flex-wrap items-center gap-1.5">
    {names.map((name) => (
      <code
        key={name}
        className="flex max-w-full rounded-sm border border-line bg-hover px-1.5 py-px font-mono text-xs"
      >
        <ServerText text={name} limit={200} className="min-w-0" />
      </code>
    ))}
  </span>
);

/** What goes along with the command: folder, variables and headers by name. Nothing when there is nothing. */
export function LaunchDetails({ launch }: { readonly launch: Launch }) {
  const rows = [
    launch.cwd === null
      ? null
      : {
          label: "Folder",
          value: (
            <ServerText
              key="cwd"
              text={launch.cwd}
              multiline
              whole
              className="font-mono text-xs leading-4.5"
            />
          ),
        },
    launch.envNames.length === 0
      ? null
      : { label: "Environment", value: <NameList key="env" names={launch.envNames} /> },
    launch.headerNames.length === 0
      ? null
      : { label: "Headers", value: <NameList key="headers" names={launch.headerNames} /> },
  ].filter((row) => row !== null);
  if (rows.length === 0) return null;
  return (
    <dl className="grid grid-cols-[104px_1fr] gap-y-2 text-sm">
      {rows.map((row) => (
        <div key={row.label} className="contents">
          <dt className="text-muted">{row.label}</dt>
          <dd className="min-w-0">{row.value}</dd>
        </div>
      ))}
    </dl>
  );
}
