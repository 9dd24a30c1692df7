/** Recognizes servers that are containers (`docker run …`), and labels them so that they can be found and stopped. */

/** Global options that take a value of their own, of docker, podman and nerdctl. */
const VALUE_OPTIONS = new Set(
  [
    "--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey",
    "--connection --url --identity --ssh --root --runroot --imagestore --storage-driver --storage-opt --runtime",
    "--runtime-flag --cgroup-manager --conmon --events-backend --hooks-dir --module --network-cmd-path",
    "--network-config-dir --out --tmpdir --volumepath",
    "-a --address -n --namespace --snapshotter --storage-driver --cni-path --cni-netconfpath --data-root --hosts-dir",
  ]
    .join(" ")
    .split(" "),
);

/** Whether a command is one of the programs that run containers. */
export const isContainerProgram = (command: string): boolean =>
  /^(docker|podman|nerdctl)$/.test(
    (command.split(/[/\\]/).at(-1) ?? "").replace(/\.exe$/i, "").toLowerCase(),
  );

/** A container command with its labels. */
export interface LabelledRun {
  readonly args: readonly string[];
  /** The global options before `run`, by which the same engine is asked again. */
  readonly engineArgs: readonly string[];
}

/**
 * `run` (or `container run`) of a container program, with `labels` ("key=value") put right after it, before the image;
 * undefined for everything else. What runs behind a shell or another program is not seen.
 */
export function labelRun(
  command: string,
  args: readonly string[],
  labels: readonly string[],
): LabelledRun | undefined {
  if (!isContainerProgram(command)) return undefined;
  let at = 0;
  while (args[at]?.startsWith("-")) at += VALUE_OPTIONS.has(args[at] ?? "") ? 2 : 1;
  const engineArgs = args.slice(0, at);
  if (args[at] === "container") at += 1;
  if (args[at] !== "run") return undefined;
  const added = labels.flatMap((label) => ["--label", label]);
  return { engineArgs, args: [...args.slice(0, at + 1), ...added, ...args.slice(at + 1)] };
}
