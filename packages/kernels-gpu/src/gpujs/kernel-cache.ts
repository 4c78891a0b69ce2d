/** Compiled kernels by launch key. When full, the one unused for longest makes room. */
export class KernelCache<Kernel> {
  readonly #kernels = new Map<string, Kernel>();

  constructor(
    readonly limit: number,
    readonly destroyKernel: (kernel: Kernel) => void,
  ) {}

  get size(): number {
    return this.#kernels.size;
  }

  /** The kernel of this key, made if it is not there. */
  get(key: string, make: () => Kernel): Kernel {
    const held = this.#kernels.get(key);
    if (held !== undefined) {
      this.#kernels.delete(key);
      this.#kernels.set(key, held);
      return held;
    }
    const made = make();
    this.#kernels.set(key, made);
    if (this.#kernels.size > this.limit) {
      const [oldest] = this.#kernels.keys();
      this.#drop(oldest);
    }
    return made;
  }

  clear(): void {
    for (const key of [...this.#kernels.keys()]) this.#drop(key);
  }

  #drop(key: string): void {
    const kernel = this.#kernels.get(key) as Kernel;
    this.#kernels.delete(key);
    this.destroyKernel(kernel);
  }
}
