/** The design system on one page, for development: `vite` and open /ui/gallery.html. Not part of the build. */
import { Ellipsis, Plus, RotateCw, Server } from "lucide-react";
import { type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { callStatusSchema } from "../../shared/model/call.ts";
import { serverStateSchema } from "../../shared/model/server.ts";
import { Badge } from "./badge.tsx";
import { Banner } from "./banner.tsx";
import { Button, IconButton } from "./button.tsx";
import { CodeBlock } from "./code-block.tsx";
import { CommandLine } from "./command-line.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";
import { EmptyState } from "./empty-state.tsx";
import { Input, SearchInput, Segmented, Select, Switch, Textarea } from "./field.tsx";
import { JsonView } from "./json-view.tsx";
import { Kbd } from "./kbd.tsx";
import { Mark } from "./mark.tsx";
import { Menu, MenuItem, MenuSeparator } from "./menu.tsx";
import { ServerText } from "./server-text.tsx";
import { SkeletonRows } from "./skeleton.tsx";
import { CallOutcome, ServerStatus } from "./status.tsx";
import "./styles.css";
import { TabPanel, Tabs } from "./tabs.tsx";
import { TimingBar } from "./timing-bar.tsx";
import { TooltipProvider } from "./tooltip.tsx";

const COLOURS = [
  "bg",
  "panel",
  "raised",
  "sunken",
  "press",
  "line",
  "line-strong",
  "fg",
  "muted",
  "faint",
  "accent",
  "accent-fill",
  "accent-soft",
  "ok",
  "ok-mark",
  "ok-soft",
  "warn",
  "warn-mark",
  "warn-soft",
  "bad",
  "bad-mark",
  "bad-soft",
  "idle-mark",
  "hub-mark",
];

const HOSTILE = [
  "<script>alert(1)</script>",
  "\u001b[31mred\u001b[0m",
  "invoice\u202egnp.exe",
  "pay\u200bpal",
  `Z${"\u0301".repeat(40)}algo`,
  "🔥".repeat(500),
  "hi\u{e0064}\u{e006f}",
  "A".repeat(100_000),
];

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className="space-y-3 border-line border-t py-6">
    <h2 className="font-semibold text-lg">{title}</h2>
    <div className="flex flex-wrap items-center gap-3">{children}</div>
  </section>
);

function Gallery() {
  const [text, setText] = useState("");
  const [choice, setChoice] = useState("a");
  const [on, setOn] = useState(true);
  const [open, setOpen] = useState(false);
  const options = [
    { value: "a", label: "First" },
    { value: "b", label: "Second" },
  ];
  return (
    <TooltipProvider>
      <main className="h-full overflow-auto">
        <div className="mx-auto max-w-220 px-6 py-8">
          <h1 className="mb-6 flex items-center gap-3 font-semibold text-xl">
            <Mark size={32} /> Gatehouse design system
            <Segmented
              label="Theme"
              value={choice}
              options={[
                { value: "light", label: "Light" },
                { value: "dark", label: "Dark" },
              ]}
              onValue={(theme) => {
                setChoice(theme);
                document.documentElement.setAttribute("data-theme", theme);
              }}
            />
          </h1>
          <Part title="Colours">
            {COLOURS.map((name) => (
              <div key={name} className="w-24 text-xs">
                <div
                  className="h-10 rounded-md border border-line"
                  style={{ background: `var(--${name})` }}
                />
                {name}
              </div>
            ))}
          </Part>
          <Part title="Mark">
            {[16, 20, 32, 64, 128].map((size) => (
              <Mark key={size} size={size} />
            ))}
          </Part>
          <Part title="Buttons">
            <Button variant="primary" icon={<Plus size={14} />}>
              Primary
            </Button>
            <Button icon={<RotateCw size={13} />}>Secondary</Button>
            <Button variant="ghost">Ghost</Button>
            <Button variant="danger">Danger</Button>
            <Button busy>Busy</Button>
            <Button disabled>Disabled</Button>
            <Button size="sm">Small</Button>
            <Menu
              trigger={
                <IconButton label="More" variant="secondary">
                  <Ellipsis size={15} />
                </IconButton>
              }
            >
              <MenuItem onSelect={() => undefined}>An action</MenuItem>
              <MenuSeparator />
              <MenuItem danger onSelect={() => undefined}>
                Remove…
              </MenuItem>
            </Menu>
            <CopyButton label="Copy" text="copied" />
            <Button onClick={() => setOpen(true)}>Dialog</Button>
            <Dialog
              open={open}
              onOpen={setOpen}
              title="A dialog"
              description="What it is for."
              footer={<Button variant="primary">Add…</Button>}
            >
              <p>Its content.</p>
            </Dialog>
          </Part>
          <Part title="Fields">
            <Input aria-label="Input" placeholder="Input" />
            <Input aria-label="Wrong" defaultValue="wrong" aria-invalid />
            <SearchInput label="Search" value={text} onValue={setText} />
            <Select label="Select" value={choice} options={options} onValue={setChoice} />
            <Segmented label="Segmented" value={choice} options={options} onValue={setChoice} />
            <Switch label="Switch" checked={on} onChecked={setOn} />
            <Textarea aria-label="Textarea" rows={3} placeholder="Paste here" className="w-full" />
          </Part>
          <Part title="States">
            {serverStateSchema.options.map((state) => (
              <ServerStatus key={state} state={state} />
            ))}
            {callStatusSchema.options.map((status) => (
              <CallOutcome key={status} status={status} />
            ))}
            <TimingBar
              times={{ queue: 40, consent: 0, upstream: 700, hub: 200 }}
              total={940}
              className="w-24"
            />
            <Badge>neutral</Badge>
            <Badge tone="accent">accent</Badge>
            <Badge tone="ok">ok</Badge>
            <Badge tone="warn">warn</Badge>
            <Badge tone="bad">bad</Badge>
            <Kbd keys="mod+k" />
            <Kbd keys="g s" />
          </Part>
          <Part title="Banners">
            <div className="w-full space-y-2">
              <Banner title="For your information">It explains.</Banner>
              <Banner tone="warn" title="Look twice">
                It warns.
              </Banner>
              <Banner tone="bad" title="It failed" actions={<Button size="sm">Try again</Button>}>
                Why, and what to do.
              </Banner>
            </div>
          </Part>
          <Part title="Text from servers">
            <ul className="w-full space-y-1">
              {HOSTILE.map((value) => (
                <li key={value.slice(0, 20)} className="flex">
                  <ServerText text={value} className="min-w-0" />
                </li>
              ))}
            </ul>
            <ServerText text={HOSTILE.join("\n")} multiline limit={900} className="block" />
          </Part>
          <Part title="Code">
            <div className="w-full space-y-3">
              <CodeBlock label="Code" actions={<CopyButton label="Copy" text="x" />}>
                claude mcp list
              </CodeBlock>
              <CommandLine
                launch={{
                  transport: "stdio",
                  command: "bash",
                  args: ["-c", "curl https://x.example/i.sh | sh"],
                  cwd: null,
                  url: null,
                  envNames: [],
                  headerNames: [],
                }}
              />
            </div>
          </Part>
          <section className="flex h-90 flex-col border-line border-t">
            <JsonView
              label="JSON"
              text='{"name":"echo","big":12345678901234567890,"list":[1,2,{"deep":null}],"text":"line one\nline two"}'
            />
          </section>
          <section className="flex h-50 flex-col border-line border-t">
            <Tabs
              label="Tabs"
              value={choice}
              onValue={setChoice}
              tabs={[
                { id: "a", label: "First", count: 3 },
                { id: "b", label: "Second" },
              ]}
            >
              <TabPanel id="a">First panel</TabPanel>
              <TabPanel id="b">Second panel</TabPanel>
            </Tabs>
          </section>
          <SkeletonRows rows={3} />
          <EmptyState
            icon={<Server size={22} />}
            title="Nothing here yet"
            actions={<Button variant="primary">The next step</Button>}
          >
            What would be here.
          </EmptyState>
        </div>
      </main>
    </TooltipProvider>
  );
}

const root = document.getElementById("root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Gallery />
    </StrictMode>,
  );
