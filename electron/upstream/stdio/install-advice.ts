/** What brings a well-known program: its name, where it is had, and the shortest command where there is one. */
interface Source {
  readonly product: string;
  readonly url: string;
  readonly linux?: string;
  readonly darwin?: string;
  readonly win32?: string;
}

const node: Source = {
  product: "Node.js",
  url: "https://nodejs.org",
  darwin: "brew install node",
  win32: "winget install OpenJS.NodeJS.LTS",
};
const uv: Source = {
  product: "uv",
  url: "https://docs.astral.sh/uv",
  darwin: "brew install uv",
  win32: "winget install astral-sh.uv",
};
const python: Source = {
  product: "Python 3",
  url: "https://www.python.org/downloads",
  linux: "sudo apt install python3",
  darwin: "brew install python",
  win32: "winget install Python.Python.3.13",
};
const docker: Source = {
  product: "Docker",
  url: "https://docs.docker.com/get-started/get-docker",
  darwin: "brew install --cask docker",
  win32: "winget install Docker.DockerDesktop",
};
const bun: Source = { product: "Bun", url: "https://bun.sh", win32: "winget install Oven-sh.Bun" };
const deno: Source = {
  product: "Deno",
  url: "https://deno.com",
  darwin: "brew install deno",
  win32: "winget install DenoLand.Deno",
};
const simple = (product: string, url: string): Source => ({ product, url });

const SOURCES = new Map<string, Source>([
  ...["node", "npm", "npx", "corepack"].map((name) => [name, node] as const),
  ...["uv", "uvx"].map((name) => [name, uv] as const),
  ...["python", "python3", "pip", "pip3"].map((name) => [name, python] as const),
  ["docker", docker],
  ["podman", simple("Podman", "https://podman.io")],
  ["nerdctl", simple("nerdctl", "https://github.com/containerd/nerdctl")],
  ["pipx", simple("pipx", "https://pipx.pypa.io")],
  ...["bun", "bunx"].map((name) => [name, bun] as const),
  ["deno", deno],
  ["pnpm", simple("pnpm", "https://pnpm.io/installation")],
  ["yarn", simple("Yarn", "https://yarnpkg.com/getting-started/install")],
  ["go", simple("Go", "https://go.dev/dl")],
  ...["cargo", "rustup"].map((name) => [name, simple("Rust", "https://rustup.rs")] as const),
  ["dotnet", simple(".NET", "https://dotnet.microsoft.com/download")],
  ["java", simple("Java", "https://adoptium.net")],
  ["ruby", simple("Ruby", "https://www.ruby-lang.org/en/documentation/installation")],
  ["php", simple("PHP", "https://www.php.net/downloads")],
  ["git", simple("Git", "https://git-scm.com/downloads")],
]);

/** How to get a well-known command, as a sentence without its full stop; undefined for any other. */
export function installAdvice(command: string, platform: NodeJS.Platform): string | undefined {
  const name = command.replace(/\.(exe|cmd|bat|ps1)$/i, "").toLowerCase();
  const source = SOURCES.get(name);
  if (source === undefined) return undefined;
  const line =
    platform === "linux" || platform === "darwin" || platform === "win32" ? source[platform] : undefined;
  const whose = source.product.toLowerCase() === name ? "" : `, which "${name}" is part of`;
  return `Install ${source.product}${whose}: ${source.url}${line === undefined ? "" : ` (${line})`}`;
}
