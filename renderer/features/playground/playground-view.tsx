import { FlaskConical } from "lucide-react";
import { useCallback, useMemo } from "react";
import type { Broadcast } from "../../../shared/contract.ts";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { useCall } from "../../call/use-call.ts";
import type { Connection } from "../../lib/connection.ts";
import { useResource } from "../../lib/resource.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Select } from "../../ui/field.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { ToolTrial } from "./tool-trial.tsx";

const NEVER: readonly Broadcast[] = [];

/** The playground: calls any tool as the person, from a form or with the arguments of a recorded call. */
export function PlaygroundView({
  server,
  tool,
  call,
}: {
  readonly server: string | undefined;
  readonly tool: string | undefined;
  readonly call: number | undefined;
}) {
  const { router } = useServices();
  const servers = useHub((data) => data.servers);
  const load = useCallback(
    (connection: Connection): Promise<ServerDetail | undefined> =>
      server === undefined ? Promise.resolve(undefined) : connection.call("servers.get", { name: server }),
    [server],
  );
  const detail = useResource<ServerDetail | undefined>(load, NEVER);
  const recorded = useCall(call);
  const serverOptions = useMemo(() => {
    const names = servers.filter(({ enabled }) => enabled).map(({ name }) => name);
    return server === undefined || names.includes(server) ? names : [...names, server];
  }, [servers, server]);
  const tools = detail.value?.name === server ? (detail.value?.toolList ?? []) : [];
  const toolNames =
    tool === undefined || tools.some(({ name }) => name === tool)
      ? tools.map(({ name }) => name)
      : [...tools.map(({ name }) => name), tool];
  const option = (name: string) => ({ value: name, label: plainVisible(name, 60) });
  const failure = detail.failure ?? recorded.failure;
  const known = tools.find(({ name }) => name === tool);
  return (
    <Screen
      title="Playground"
      actions={
        <>
          <Select
            label="Server"
            value={server ?? ""}
            options={[{ value: "", label: "Server…" }, ...serverOptions.map(option)]}
            onValue={(name) => router.go({ screen: "playground", ...(name === "" ? {} : { server: name }) })}
          />
          <Select
            label="Tool"
            className="max-w-80"
            value={tool ?? ""}
            disabled={server === undefined}
            options={[{ value: "", label: "Tool…" }, ...toolNames.map(option)]}
            onValue={(name) =>
              server !== undefined &&
              router.go({ screen: "playground", server, ...(name === "" ? {} : { tool: name }) })
            }
          />
        </>
      }
    >
      {failure !== null ? (
        <Failure
          what="What is to be tried could not be read."
          failure={failure}
          onRetry={() => {
            detail.reload();
            recorded.reload();
          }}
        />
      ) : server === undefined || tool === undefined ? (
        <EmptyState icon={<FlaskConical size={20} />} title="Try a tool">
          {server === undefined
            ? "Choose a server and one of its tools, at the top. You call it as yourself, with a form made of its schema."
            : "Choose one of its tools, at the top."}
        </EmptyState>
      ) : detail.value === null ||
        recorded.value === null ||
        (call !== undefined && recorded.value?.id !== call) ? (
        <SkeletonRows rows={8} label="Loading the tool" />
      ) : (
        <>
          {known === undefined && (
            <Banner flush tone="warn" title="This tool is not in the server's list now.">
              It may have gone, or the server has not started yet. It can be called all the same, with JSON.
            </Banner>
          )}
          <ToolTrial
            key={JSON.stringify([server, tool, call])}
            server={server}
            name={tool}
            tool={known}
            recorded={recorded.value}
          />
        </>
      )}
    </Screen>
  );
}
