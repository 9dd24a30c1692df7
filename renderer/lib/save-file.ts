/** Hands a file made in the page to the browser's (in the desktop: the system's) own way of saving. */
export function saveFile({
  name,
  type,
  parts,
}: {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly BlobPart[];
}): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken hold of it by then; a minute is for slow disks' dialogs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
