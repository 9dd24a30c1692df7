/** How many calls are under way, from their arrival until their row is committed. */
export class CallLoad {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
  }
}
