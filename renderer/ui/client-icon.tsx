import {
  ArrowRight,
  Asterisk,
  Bird,
  Bot,
  Braces,
  CodeXml,
  Cpu,
  type LucideIcon,
  MessageCircle,
  MonitorSmartphone,
  MousePointer2,
  Rabbit,
  SearchCode,
  Sparkles,
  SquareTerminal,
  Terminal,
  Wind,
  Zap,
} from "lucide-react";

/** By the keys that the hub gives (electron/hub/client-icons.ts). */
const ICONS: Readonly<Record<string, LucideIcon>> = {
  "claude-code": Asterisk,
  "claude-desktop": Asterisk,
  cursor: MousePointer2,
  vscode: CodeXml,
  windsurf: Wind,
  "gemini-cli": Sparkles,
  codex: Terminal,
  chatgpt: MessageCircle,
  zed: Zap,
  jetbrains: Braces,
  copilot: Bot,
  opencode: SquareTerminal,
  goose: Bird,
  cline: Bot,
  "roo-code": Rabbit,
  continue: ArrowRight,
  "lm-studio": Cpu,
  "mcp-inspector": SearchCode,
};

/** A client's drawing on a small tile; it follows from what the client claims to be, and proves nothing. */
export function ClientIcon({ icon, size = 24 }: { readonly icon: string | null; readonly size?: number }) {
  const Icon = (icon === null ? undefined : ICONS[icon]) ?? MonitorSmartphone;
  return (
    <span
      aria-hidden
      className="flex shrink-0 items-center justify-center rounded-md border border-line bg-sunken text-muted"
      style={{ width: size, height: size }}
    >
      <Icon size={Math.round(size * 0.58)} strokeWidth={1.9} />
    </span>
  );
}
