/** The words of a member's name, in lower case: "filePath", "file_path" and "file-path" are file and path. */
export function keyWords(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Words of the names of members that hold a path, whatever it looks like. */
export const PATH_WORDS: ReadonlySet<string> = new Set([
  "path",
  "paths",
  "file",
  "files",
  "filename",
  "filepath",
  "dir",
  "directory",
  "folder",
]);
