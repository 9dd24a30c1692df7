import type { Session } from "../sessions.ts";
import type { ManagedServer } from "./managed-server.ts";

/** How long an instance that no session holds may be idle, in milliseconds. */
const IDLE_MS = 3_600_000;

/** Whose alone an instance of a server is. */
export interface Place {
  /** Names it for good: a session by its id, a client without sessions, or a project folder. */
  readonly key: string;
  /** The one session it is for; undefined where it is for several, or for requests without one. */
  readonly owner: Session | undefined;
  /** The project folder it runs for, an absolute path. */
  readonly project: string | null;
  /** The signed-in account that it uses; undefined: the default one. */
  readonly account?: string | undefined;
}

/** The place of a session's instance under isolation "session": in the stateless era, of its client. */
export function sessionPlace(session: Session): Place {
  return session.id === ""
    ? { key: `client ${session.stored.clientId ?? ""}`, owner: undefined, project: null }
    : { key: session.id, owner: session, project: null };
}

/** The place under isolation "project"; undefined while the client's project is not known. */
export function projectPlace({ project }: Session): Place | undefined {
  return project === null ? undefined : { key: `project ${project}`, owner: undefined, project };
}

/** The place that all clients of one signed-in account share. */
export const accountPlace = (account: string): Place => ({
  key: `account ${account}`,
  owner: undefined,
  project: null,
  account,
});

interface Own {
  readonly byName: Map<string, ManagedServer>;
  /** The sessions that have used it and live on. */
  readonly sessions: Set<Session>;
  /** When a request without a session last used it, milliseconds since the epoch; 0 when none ever did. */
  usedAt: number;
}

/** The instances of servers that are not shared by all, by place and name. */
export class OwnInstances {
  readonly #byPlace = new Map<string, Own>();

  /** What a place has, noted as in use by a session now. */
  use(place: Place, session: Session | undefined, now: number): Map<string, ManagedServer> {
    const own: Own = this.#byPlace.get(place.key) ?? { byName: new Map(), sessions: new Set(), usedAt: 0 };
    this.#byPlace.set(place.key, own);
    if (session === undefined || session.id === "") own.usedAt = now;
    else own.sessions.add(session);
    return own.byName;
  }

  all(): ManagedServer[] {
    return [...this.#byPlace.values()].flatMap(({ byName }) => [...byName.values()]);
  }

  /** Takes out what nobody needs when a session is over. */
  sessionEnded(session: Session): ManagedServer[] {
    return this.#takeOut(
      ({ sessions, usedAt }) => sessions.delete(session) && sessions.size === 0 && usedAt === 0,
    );
  }

  /** Takes out what no live session holds and nobody has used for an hour; `isBusy` has calls under way. */
  idle(now: number, isBusy: (server: ManagedServer) => boolean): ManagedServer[] {
    return this.#takeOut(
      ({ sessions, usedAt, byName }) =>
        sessions.size === 0 && now - usedAt >= IDLE_MS && ![...byName.values()].some(isBusy),
    );
  }

  /** Takes out every instance of a server. */
  named(name: string): ManagedServer[] {
    return [...this.#byPlace.values()].flatMap(({ byName }) => {
      const instance = byName.get(name);
      byName.delete(name);
      return instance ?? [];
    });
  }

  #takeOut(isOver: (own: Own) => boolean): ManagedServer[] {
    return [...this.#byPlace].flatMap(([key, own]) => {
      if (!isOver(own)) return [];
      this.#byPlace.delete(key);
      return [...own.byName.values()];
    });
  }
}
