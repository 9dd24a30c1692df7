import { membersOf } from "../../core/jsonrpc/json.ts";
import { projectPath } from "../../core/session/project-path.ts";
import type { Session, Sessions } from "../sessions.ts";

export interface ProjectsDeps {
  readonly sessions: Sessions;
  /** Asks a session's client for its roots; resolves with the raw result, rejects when it cannot or will not say. */
  readonly askRoots: (session: Session) => Promise<Uint8Array>;
  /** Told when a session's project has become known. */
  readonly onKnown: (session: Session) => void;
  readonly platform?: NodeJS.Platform;
}

/** Which project folder each session's client works in: what it names in a header, else the first folder of its roots. */
export class Projects {
  readonly #deps: ProjectsDeps;
  /** Sessions whose clients are being asked. */
  readonly #asked = new Map<Session, Promise<void>>();
  /** Sessions whose clients name the folder themselves: what they say rules. */
  readonly #named = new WeakSet<Session>();

  constructor(deps: ProjectsDeps) {
    this.#deps = deps;
  }

  /** A request names the folder. */
  named(session: Session, project: string): void {
    if (this.#named.has(session) && session.project === project) return;
    this.#named.add(session);
    this.#deps.sessions.setProject(session, project);
    this.#deps.onKnown(session);
  }

  /** The client is ready to be asked, or says that its roots are others now (MCP, Roots). */
  learn(session: Session): void {
    if (this.#named.has(session) || !offersRoots(session)) return;
    const asked = this.#deps
      .askRoots(session)
      .then(
        (result) => {
          // A later question has a later answer.
          if (this.#asked.get(session) !== asked || this.#named.has(session)) return;
          const folder = firstFolder(result, this.#deps.platform ?? process.platform);
          this.#deps.sessions.setProject(session, folder ?? null);
          if (folder !== undefined) this.#deps.onKnown(session);
        },
        () => {},
      )
      .finally(() => {
        if (this.#asked.get(session) === asked) this.#asked.delete(session);
      });
    this.#asked.set(session, asked);
  }

  /** Settles when the client has answered; undefined when it is not being asked. */
  asked(session: Session): Promise<void> | undefined {
    return this.#asked.get(session);
  }
}

function offersRoots({ stored }: Session): boolean {
  const bytes = new TextEncoder().encode(stored.capabilities);
  const roots = membersOf(bytes, { start: 0, end: bytes.length }).find(({ key }) => key === "roots");
  return roots !== undefined && bytes[roots.value.start] === 0x7b;
}

/** The first folder of a roots/list result; foreign text, so anything may stand there. */
function firstFolder(result: Uint8Array, platform: NodeJS.Platform): string | undefined {
  const { roots } = JSON.parse(new TextDecoder().decode(result)) as { roots?: unknown };
  if (!Array.isArray(roots)) return undefined;
  for (const root of roots as unknown[]) {
    const uri = typeof root === "object" && root !== null && "uri" in root ? root.uri : undefined;
    if (typeof uri !== "string" || !/^file:/i.test(uri)) continue;
    const folder = projectPath(uri, platform === "win32");
    if (folder !== undefined) return folder;
  }
  return undefined;
}
