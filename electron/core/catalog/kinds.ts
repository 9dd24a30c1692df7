/** The four lists of a server (MCP: tools, prompts, resources, resource templates). */
export const LIST_KINDS = ["tools", "prompts", "resources", "templates"] as const;
export type ListKind = (typeof LIST_KINDS)[number];

export interface ListRules {
  /** The list's method, and the member of its result that is the list. */
  readonly method: string;
  readonly member: string;
  /** The member of an entry that names it. */
  readonly key: "name" | "uri" | "uriTemplate";
  /** The capability of a server that has the list. */
  readonly capability: string;
  /** Its method's notification of a change. */
  readonly changed: string;
}

/** What tells the lists apart on the wire. */
export const LISTS: Readonly<Record<ListKind, ListRules>> = {
  tools: {
    method: "tools/list",
    member: "tools",
    key: "name",
    capability: "tools",
    changed: "notifications/tools/list_changed",
  },
  prompts: {
    method: "prompts/list",
    member: "prompts",
    key: "name",
    capability: "prompts",
    changed: "notifications/prompts/list_changed",
  },
  resources: {
    method: "resources/list",
    member: "resources",
    key: "uri",
    capability: "resources",
    changed: "notifications/resources/list_changed",
  },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    key: "uriTemplate",
    capability: "resources",
    changed: "notifications/resources/list_changed",
  },
};

/** The kind of list that a method asks for, or undefined. */
export function listKindOf(method: string): ListKind | undefined {
  return LIST_KINDS.find((kind) => LISTS[kind].method === method);
}
