/** The tallest element that every browser still lays out exactly, in pixels. */
export const TALLEST = 8_000_000;

/**
 * Maps the scroll position of an element of bounded height to a place in a content of any height. Small moves are
 * pixel by pixel; a jump (the scrollbar dragged) goes to the same share of the content.
 */
export interface ScrollMap {
  /** Pixels of the content above the view. */
  readonly top: number;
  /** Height of the element that stands for the content. */
  readonly extent: number;
  /** What is to be added to a scroll position to have a place in the content. */
  readonly offset: number;
  /** The content or the view has another height. */
  resize(content: number, view: number): void;
  /** The element was scrolled. Gives the position it is to be put to, where the element ends before the content. */
  scrolled(position: number): number | undefined;
  /** Gives the position that shows this place of the content at the top. */
  seek(top: number): number;
}

/** A map at its top, of nothing until `resize` says how high (pixels) content and view are. */
export function createScrollMap(): ScrollMap {
  let content = 0;
  let view = 0;
  let position = 0;
  let top = 0;
  const extent = (): number => Math.min(content, TALLEST);
  const mostTop = (): number => Math.max(0, content - view);
  const mostPosition = (): number => Math.max(0, extent() - view);
  const clamp = (value: number): number => Math.min(mostTop(), Math.max(0, value));
  const shareOf = (place: number): number =>
    mostTop() === 0 ? 0 : Math.round((place / mostTop()) * mostPosition());

  return {
    get top() {
      return top;
    },
    get extent() {
      return extent();
    },
    get offset() {
      return top - position;
    },
    resize(nextContent, nextView) {
      content = nextContent;
      view = nextView;
      if (content <= TALLEST) top = position;
    },
    scrolled(next) {
      const moved = next - position;
      position = next;
      if (content <= TALLEST) {
        top = next;
        return undefined;
      }
      if (Math.abs(moved) > Math.max(view, 1) * 2) {
        top = clamp(mostPosition() === 0 ? 0 : (next / mostPosition()) * mostTop());
        return undefined;
      }
      top = clamp(top + moved);
      const atEdge = (next <= 0 && top > 0) || (next >= mostPosition() && top < mostTop());
      if (!atEdge) return undefined;
      // One pixel from the edge at least, so that scrolling goes on.
      position = Math.min(mostPosition() - 1, Math.max(1, shareOf(top)));
      return position;
    },
    seek(wanted) {
      const next = clamp(wanted);
      // As near to where the element is as it can be, so that what is in view moves as it does in a short list.
      const near = position + (next - top);
      const isNear = Math.abs(next - top) <= view * 2 && near > 0 && near < mostPosition();
      top = next;
      position = content <= TALLEST ? next : isNear ? near : shareOf(next);
      return position;
    },
  };
}
