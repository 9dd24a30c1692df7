/** Whether dist/ has every part and none is older than a source. */
export function isBuilt(root?: string): boolean;
/** Builds what is stale; false, after the build's own output, when that failed. */
export function ensureBuilt(): Promise<boolean>;
