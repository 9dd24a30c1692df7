import { FolderOpen, Stethoscope } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import type { StartAtLogin, Theme } from "../../../shared/bridge.ts";
import type { Settings } from "../../../shared/contract.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Input, Segmented, Select, Switch } from "../../ui/field.tsx";
import { Screen } from "../../ui/screen.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { portProblem } from "./port.ts";

/** The Settings screen. What concerns this window applies at once; what concerns the hub is asked for. */
export function SettingsView() {
  const { hub, theme, bridge, ui } = useServices();
  const settings = useHub((data) => data.settings);
  const failure = useHub((data) => data.failure);
  const chosen = useStore(theme.store, (state) => state.theme);
  return (
    <Screen title="Settings">
      {settings === null ? (
        failure === null ? (
          <SkeletonRows rows={5} label="Loading settings" />
        ) : (
          <Failure what="The settings could not be read." failure={failure} onRetry={hub.reload} />
        )
      ) : (
        <div className="min-h-0 flex-1 overflow-auto">
          <div className="mx-auto max-w-170 space-y-8 px-5 py-7">
            {settings.configError !== null && (
              <Banner tone="warn" title="gatehouse.json has a mistake; the last good version keeps running.">
                <ServerText text={settings.configError} multiline />
              </Banner>
            )}
            <Section title="This window">
              <Setting label="Theme" hint="System follows the computer.">
                <Segmented
                  label="Theme"
                  value={chosen}
                  onValue={(next) => theme.set(next as Theme)}
                  options={[
                    { value: "system", label: "System" },
                    { value: "light", label: "Light" },
                    { value: "dark", label: "Dark" },
                  ]}
                />
              </Setting>
              {bridge !== undefined && <StartAtLoginSetting />}
            </Section>
            <Section title="Hub">
              <PortSetting settings={settings} />
              <ConsentSetting settings={settings} />
              <Setting label="Clients without a token" hint="Set access.anonymous in gatehouse.json.">
                <span className="text-muted text-sm">
                  {settings.anonymous === "deny" ? "Refused" : "Let in"}
                </span>
              </Setting>
            </Section>
            <Section title="Data">
              <Setting
                label="Data folder"
                hint={<span className="break-all font-mono text-xs">{settings.home}</span>}
              >
                {bridge === undefined ? (
                  <CopyButton label="Copy the folder's path" text={settings.home}>
                    Copy path
                  </CopyButton>
                ) : (
                  <Button
                    size="sm"
                    icon={<FolderOpen size={13} />}
                    onClick={() =>
                      void bridge
                        .openDataFolder()
                        .catch((error: unknown) => toast.error(failureOf(error).message))
                    }
                  >
                    Open
                  </Button>
                )}
              </Setting>
              <Setting
                label="Configuration"
                hint={<span className="break-all font-mono text-xs">{settings.configFile}</span>}
              >
                <CopyButton label="Copy the file's path" text={settings.configFile}>
                  Copy path
                </CopyButton>
              </Setting>
            </Section>
            <Section title="Trouble">
              <Setting
                label="Diagnose"
                hint="Looks over programs, ports, the keychain, permissions and the start of each server."
              >
                <Button
                  icon={<Stethoscope size={14} />}
                  onClick={() => ui.setState({ diagnosing: { server: null } })}
                >
                  Diagnose
                </Button>
              </Setting>
            </Section>
            <Versions versions={{ ...settings.versions, ...bridge?.versions }} />
          </div>
        </div>
      )}
    </Screen>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-2 font-semibold text-base tracking-[-0.008em]">
        {title}
      </h2>
      <div className="divide-y divide-line rounded-lg border border-line bg-raised">{children}</div>
    </section>
  );
}

function Setting({
  label,
  hint,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex min-h-13 items-center gap-6 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <div className="font-medium text-sm">{label}</div>
        {hint !== undefined && <div className="text-muted text-xs">{hint}</div>}
      </div>
      <div className="flex shrink-0 items-center gap-2">{children}</div>
    </div>
  );
}

function PortSetting({ settings }: { readonly settings: Settings }) {
  const { busy, ask } = useAsk();
  const [text, setText] = useState(String(settings.port));
  const id = useId();
  useEffect(() => setText(String(settings.port)), [settings.port]);
  const problem = portProblem(text);
  const changed = text !== String(settings.port);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null && changed)
          void ask(
            { type: "settings.set", port: Number(text) },
            "The port was changed. Clients need the new address.",
          );
      }}
    >
      <Setting
        label={<label htmlFor={id}>Port</label>}
        hint={
          problem ??
          (changed
            ? "Clients will need the new address."
            : "Where clients reach the hub, on this machine only.")
        }
      >
        {changed && (
          <Button type="submit" size="sm" variant="primary" busy={busy} disabled={problem !== null}>
            Change…
          </Button>
        )}
        <Input
          id={id}
          inputMode="numeric"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-invalid={problem !== null}
          className="tabular w-20 text-right"
        />
      </Setting>
    </form>
  );
}

function ConsentSetting({ settings }: { readonly settings: Settings }) {
  const { busy, ask } = useAsk();
  return (
    <Setting
      label="When no rule fits a call"
      hint={
        settings.consentDefault === "ask"
          ? "You are asked in a popup, or on the command line. Without an answer the call is denied."
          : settings.consentDefault === "deny"
            ? "Only what a rule in gatehouse.json allows goes through."
            : "Every client with a token may call every tool."
      }
    >
      <Select
        label="When no rule fits a call"
        value={settings.consentDefault}
        disabled={busy}
        options={[
          { value: "ask", label: "Ask me" },
          { value: "allow", label: "Allow it" },
          { value: "deny", label: "Deny it" },
        ]}
        onValue={(next) =>
          void ask(
            { type: "settings.set", consentDefault: next as Settings["consentDefault"] },
            "The answer for unknown calls was changed.",
          )
        }
      />
    </Setting>
  );
}

function StartAtLoginSetting() {
  const { bridge } = useServices();
  const [state, setState] = useState<StartAtLogin | null>(null);
  useEffect(() => {
    void bridge?.getStartAtLogin().then(setState, () => setState({ supported: false, enabled: false }));
  }, [bridge]);
  return (
    <Setting
      label="Start at login"
      hint={
        state?.supported === false
          ? "Not available in this installation."
          : "Gatehouse waits in the tray, ready for calls."
      }
    >
      <Switch
        label="Start at login"
        checked={state?.enabled ?? false}
        disabled={state === null || !state.supported}
        onChecked={(enabled) =>
          void bridge
            ?.setStartAtLogin(enabled)
            .then(setState, (error: unknown) => toast.error(failureOf(error).message))
        }
      />
    </Setting>
  );
}

function Versions({ versions }: { readonly versions: Readonly<Record<string, string>> }) {
  const entries = Object.entries(versions);
  return (
    <section aria-label="Versions">
      <div className="mb-2 flex items-center gap-1">
        <h2 className="font-semibold text-base tracking-[-0.008em]">Versions</h2>
        <CopyButton
          label="Copy the versions"
          text={entries.map(([name, version]) => `${name} ${version}`).join("\n")}
        />
      </div>
      <dl className="tabular flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {entries.map(([name, version]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-muted">{name}</dt>
            <dd>{version}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
